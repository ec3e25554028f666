-- Asks as nginx does, with the tokens of a file in turn, and prints what became of it.
-- Arguments: the file · `same` path for all or a `new` one each time · milliseconds to wait before each request.
local tokens = {}
local at = 0
local fresh = false
local pause = 0

function init(args)
  for line in io.lines(args[1]) do tokens[#tokens + 1] = line end
  fresh = args[2] == "new"
  pause = tonumber(args[3])
  math.randomseed(os.time())
  at = math.random(1, 1000000000)
end

if pause ~= nil then
  function delay()
    return pause
  end
end

function request()
  at = at + 1
  local path = fresh and "/" .. at or "/"
  return wrk.format("GET", "/postern", {
    ["X-Original-Method"] = "GET",
    ["X-Original-URL"] = "https://wiki.example.com" .. path,
    ["X-Forwarded-For"] = "10.0.0.7",
    ["Cf-Access-Jwt-Assertion"] = tokens[(at - 1) % #tokens + 1],
  })
end

function done(summary, latency, times)
  local errors = summary.errors
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  local answered = summary.requests - errors.status
  local p99 = latency:percentile(99)
  io.write(string.format("totals %d %d %d %d %d\n", answered, errors.status, broken, summary.duration, p99))
end
