-- The limit of calls: windows, credentials, limits of single endpoints, and the headers in every form.
local t = require "harness"
local json = require "native.json"
local front = require "sandbox.front"
local box = require "sandbox_box"

local function open(limit, faults)
  local clock = { time = box.START }
  local f = assert(front.new {
    seed = "demo", rate_limit = limit, faults = faults, now = function() return clock.time end, lag = 0,
  })
  return function(path, key)
    local status, headers, body = f:handle {
      method = "GET", path = path or "/v1.0/me", query = {}, body = "",
      headers = { authorization = "token " .. (key or "one") },
    }
    return status, headers, body
  end, clock
end

t.test("the window is a minute from the first request, then the next follows", function()
  local call, clock = open "3/min"
  for left = 2, 0, -1 do
    local status, headers = call()
    t.equal({ status, headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"] }, { 200, "3", tostring(left) })
    clock.time = clock.time + 10000
  end
  local status, headers, body = call()
  t.equal(status, 429)
  t.equal(json.decode(body), { message = "Too Many Requests" })
  t.equal(headers["X-RateLimit-Remaining"], "0")
  t.equal(headers["X-RateLimit-Reset"], tostring((box.START + 60000) // 1000))
  clock.time = box.START + 59999
  t.equal((call()), 429)
  clock.time = box.START + 60000
  t.equal((call()), 200)
  clock.time = box.START + 179999
  status, headers = call()
  t.equal({ status, headers["X-RateLimit-Remaining"], headers["X-RateLimit-Reset"] },
    { 200, "2", tostring((box.START + 180000) // 1000) }, "the third window")
end)

t.test("each credential has windows of its own", function()
  local call = open "1/min"
  t.equal({ (call(nil, "one")), (call(nil, "two")), (call(nil, "one")), (call(nil, "two")) }, { 200, 200, 429, 429 })
end)

t.test("an endpoint with a limit of its own counts there alone", function()
  local call = open "2/min,1/min@/v1.0/leads"
  local status, headers = call "/v1.0/leads"
  t.equal({ status, headers["X-RateLimit-Limit"] }, { 200, "1" })
  t.equal({ (call "/v1.0/leads"), (call()), (call()), (call()) }, { 429, 200, 200, 429 })
end)

for form, wanted in pairs {
  ["epoch-s"] = tostring((box.START + 60000) // 1000), ["epoch-ms"] = tostring(box.START + 60000), ["ms-left"] = "60000",
} do
  t.test("X-RateLimit-Reset as " .. form, function()
    local _, headers = open("1/min,reset:" .. form)()
    t.equal(headers["X-RateLimit-Reset"], wanted)
  end)
end

t.test("headers can be left out", function()
  local _, headers = open("5/10s,reset:none")()
  t.equal({ headers["X-RateLimit-Limit"], headers["X-RateLimit-Reset"] }, { "5", nil })
  _, headers = open("5/10s,headers:none")()
  t.equal({ headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"], headers["X-RateLimit-Reset"] }, {})
end)

t.test("an injected 429 speaks of the same limit; what never arrived does not count", function()
  local call = open("9/min,reset:ms-left", "429:100%@members.me,wait:1s,refuse:100%@/v1.0/leads")
  local _, headers = call()
  t.equal({ headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"], headers["X-RateLimit-Reset"] },
    { "9", "0", "1000" })
  call "/v1.0/leads"
  _, headers = call "/v1.0/notes"
  t.equal(headers["X-RateLimit-Remaining"], "7")
end)

