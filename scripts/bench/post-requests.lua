-- Posts the requests of a file in turn (path, tab, JSON body), from one on, and prints what became of them.
local requests = {}
local at = 0

function init(args)
  for line in io.lines(args[1]) do
    local path, body = line:match("^(.-)\t(.*)$")
    requests[#requests + 1] = wrk.format("POST", path, { ["Content-Type"] = "application/json" }, body)
  end
  at = tonumber(args[2])
end

function request()
  at = at + 1
  return requests[(at - 1) % #requests + 1]
end

function done(summary, latency, times)
  local errors = summary.errors
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  local answered = summary.requests - errors.status
  io.write(string.format("totals %d %d %d %d\n", answered, errors.status, broken, summary.duration))
end
