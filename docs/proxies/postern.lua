-- Asks Postern about a request, with what HAProxy itself offers (core.httpclient, HAProxy 2.5 or later).
-- haproxy.cfg sets the X-Forwarded-* headers before, and permits only where txn.postern.status is 200.

local url = "http://" .. os.getenv("POSTERN_CHECK") .. "/"
-- Postern answers within 150 ms, whatever is down. HAProxy asks up to three times more before it gives up.
local TIMEOUT_MS = 500

-- They are about the message that was sent to HAProxy, and not about the one to Postern, which has no body.
local OF_THE_MESSAGE = {
  ["content-length"] = true,
  ["transfer-encoding"] = true,
  ["expect"] = true,
  ["host"] = true,
  ["te"] = true,
  ["trailer"] = true,
  ["upgrade"] = true,
}

-- Postern sets all of them, always; the client's are replaced.
local FOR_THE_APPLICATION = {
  "x-postern-verdict",
  "x-postern-user",
  "x-postern-subject",
  "x-postern-groups",
  "x-postern-decision",
  "x-postern-decision-id",
}

-- Every value of every header: Postern refuses a request in which one that decides came twice.
local function headers_to_send(txn)
  local headers = { ["host"] = { "postern" } }
  for name, values in pairs(txn.http:req_get_headers()) do
    if not OF_THE_MESSAGE[name] then
      headers[name] = {}
      for index = 0, #values do
        table.insert(headers[name], values[index])
      end
    end
  end
  return headers
end

local function first(headers, name)
  return headers ~= nil and headers[name] ~= nil and headers[name][0] or nil
end

core.register_action("postern", { "http-req" }, function(txn)
  local response = core.httpclient():get({ url = url, headers = headers_to_send(txn), timeout = TIMEOUT_MS })
  local headers = response.headers
  local id = first(headers, "x-postern-decision-id")
  if id == nil then
    return -- Nobody answered, or it was not Postern.
  end
  if response.status == 200 then
    for _, name in ipairs(FOR_THE_APPLICATION) do
      local value = first(headers, name)
      if value == nil then
        return
      end
      txn.http:req_set_header(name, value)
    end
  end
  if response.status == 401 then
    local login = first(headers, "location")
    if login ~= nil then
      txn:set_var("txn.postern.login", login)
    end
    txn:set_var("txn.postern.challenge", first(headers, "www-authenticate") or "Bearer")
  end
  txn:set_var("txn.postern.id", id)
  txn:set_var("txn.postern.status", response.status)
end, 0)
