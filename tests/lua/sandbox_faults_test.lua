-- The dice: as often as asked, where asked, and again for the same seed. What each fault does to request and reply.
local t = require "harness"
local json = require "native.json"
local fault_spec = require "sandbox.fault_spec"
local faults = require "sandbox.faults"
local front = require "sandbox.front"
local box = require "sandbox_box"

local THROWS = 20000

local function dice(text)
  return faults.new(assert(fault_spec.parse(text)), 1)
end

-- How often each fault came, "" for none.
local function throw_many(text, method, path)
  local d, counts = dice(text), {}
  for _ = 1, THROWS do
    local name = d:throw(method or "GET", path or "/v1.0/leads").name or ""
    counts[name] = (counts[name] or 0) + 1
  end
  return counts
end

-- Four standard deviations of a binomial distribution; with a fixed seed it holds always or never.
local function near(count, rate)
  return math.abs(count - THROWS * rate) <= 4 * math.sqrt(THROWS * rate * (1 - rate))
end

t.test("each fault comes as often as its rate says, at most one at a time", function()
  for seed = 1, 5 do
    local counts = throw_many("429:5%,500:2%,cut:1%,lost-reply:10%,garbage:0.5%,seed:" .. seed)
    for name, rate in pairs { ["429"] = 0.05, ["500"] = 0.02, cut = 0.01, ["lost-reply"] = 0.1, garbage = 0.005,
      [""] = 0.815 } do
      t.ok(near(counts[name], rate), name .. " " .. counts[name])
    end
  end
end)

t.test("all and nothing", function()
  t.equal(throw_many("503:100%"), { ["503"] = THROWS })
  t.equal(throw_many("503:100%@POST"), { [""] = THROWS })
end)

t.test("the same seed throws the same, another one does not", function()
  local function series(seed)
    local d, names = dice("cut:50%,latency:1ms..9s,seed:" .. seed), {}
    for i = 1, 100 do
      local throw = d:throw("GET", "/")
      names[i] = string.format("%s %d %.17g %s", throw.name, throw.delay, throw.cut_share, throw.garbage[2])
    end
    return table.concat(names, "\n")
  end
  t.equal(series(7), series(7))
  t.ok(series(7) ~= series(8))
end)

t.test("what is thrown for one request does not depend on those before it", function()
  local a, b = dice("cut:50%@POST,latency:1ms..9s@GET,seed:7"), dice("cut:50%@POST,latency:1ms..9s@GET,seed:7")
  for _ = 1, 50 do
    a:throw("GET", "/")
    b:throw("POST", "/")
  end
  t.equal(a:throw("POST", "/"), b:throw("POST", "/"))
end)

t.test("latency is spread over its range, ends included, and has a rate of its own", function()
  local d, seen, delayed = dice("latency:10ms..13ms:50%,cut:100%"), {}, 0
  for _ = 1, THROWS do
    local throw = d:throw("GET", "/")
    t.equal(throw.name, "cut")
    if throw.delay > 0 then
      delayed = delayed + 1
      seen[throw.delay] = (seen[throw.delay] or 0) + 1
    end
  end
  t.ok(near(delayed, 0.5), delayed)
  for ms = 10, 13 do
    t.ok(near(seen[ms], 0.125), ms .. " ms: " .. seen[ms])
    seen[ms] = nil
  end
  t.equal(next(seen), nil)
end)

t.test("a latency for everything is for what has none of its own", function()
  local d = dice("latency:5ms,latency:2s@/v2.0")
  t.equal({ d:throw("GET", "/v1.0/me").delay, d:throw("GET", "/v2.0/tasks").delay }, { 5, 2000 })
end)

for _, case in ipairs {
  { "POST", "POST", "/v1.0/leads", true },
  { "POST", "GET", "/v1.0/leads", false },
  { "/v1.0/leads", "GET", "/v1.0/leads/7/transactions", true },
  { "/v1.0/leads", "GET", "/v1.0/leads-ponds", false },
  { "/", "GET", "/v2.0/tasks", true },
  { "PUT/v1.0/leads", "PUT", "/v1.0/leads/7", true },
  { "PUT/v1.0/leads", "DELETE", "/v1.0/leads/7", false },
  { "leads.create", "POST", "/v1.0/leads", true },
  { "leads.create", "POST", "/v1.0/leads/assignee", false },
  { "leads.update", "PUT", "/v1.0/leads/7", true },
} do
  t.test(string.format("@%s and %s %s", case[1], case[2], case[3]), function()
    t.equal(throw_many("cut:100%@" .. case[1], case[2], case[3]), { [case[4] and "cut" or ""] = THROWS })
  end)
end

-- A front before an empty box, and a call on it.
local function open(options)
  options.seed, options.lag = "empty", 0
  options.now = options.now or function() return box.START end
  local f = assert(front.new(options))
  return f, function(method, path, body, credential)
    return f:handle {
      method = method, path = path, query = {}, body = body and json.encode(body) or "",
      headers = { authorization = credential or "token any-key", ["content-type"] = "application/json" },
    }
  end
end

local function leads_in(f)
  local _, _, body = f.box:handle {
    method = "GET", path = "/v1.0/leads", query = {}, body = "", headers = { authorization = "token any-key" },
  }
  return json.decode(body)._metadata.total
end

-- Fault, status, ending, whether the request is carried out.
for _, case in ipairs {
  { "429", 429, nil, false }, { "429-bare", 429, nil, false }, { "500", 500, nil, false }, { "502", 502, nil, false },
  { "503", 503, nil, false }, { "504", 504, nil, false }, { "500-after", 500, nil, true },
  { "503-after", 503, nil, true }, { "garbage", 200, nil, true }, { "cut", 200, "cut", true },
  { "lost-reply", 200, "close", true }, { "refuse", 500, "close", false }, { "reset", 500, "reset", false },
} do
  t.test(case[1] .. (case[4] and " after" or " instead of") .. " carrying out", function()
    local f, call = open { faults = case[1] .. ":100%,latency:7ms" }
    local status, headers, body, ending = call("POST", "/v1.0/leads", { firstName = "Ada" })
    t.equal(status, case[2])
    t.equal({ ending.ending, ending.delay }, { case[3], 7 })
    t.equal(leads_in(f), case[4] and 1 or 0)
    if case[1] == "garbage" then
      t.ok(not body:find("leadId\":%d+}"))
    end
    t.equal(headers["X-RateLimit-Limit"] ~= nil, case[1] == "429")
  end)
end

t.test("429 and 500 are as documented and as seen live", function()
  local _, call = open { faults = "429:100%@GET,500:100%@POST" }
  local status, headers, body = call("GET", "/v1.0/leads")
  t.equal(status, 429)
  t.equal(json.decode(body), { message = "Too Many Requests" })
  t.equal({ headers["X-RateLimit-Remaining"], headers["X-RateLimit-Reset"] }, { "0", "21000" })
  status, _, body = call("POST", "/v1.0/leads", {})
  t.equal(status, 500)
  t.equal(json.decode(body).message,
    "BaseApplicationException:errorCode=20005,errorMsg=There is an internal error happened")
end)

t.test("garbage is never what a client could take for a reply", function()
  local _, call = open { faults = "garbage:100%,seed:1" }
  local kinds = {}
  for _ = 1, 100 do
    local status, headers, body = call("GET", "/v1.0/leads")
    t.equal(status, 200)
    t.equal(json.decode(body), nil)
    kinds[body] = headers["content-type"]
  end
  local count = 0
  for _ in pairs(kinds) do
    count = count + 1
  end
  t.equal(count, 4)
end)

t.test("without faults nothing is added", function()
  local _, call = open {}
  local status, headers, _, ending = call("GET", "/v1.0/leads")
  t.equal({ status, headers, ending }, { 200, { ["content-type"] = "application/json;charset=UTF-8" }, nil })
end)

