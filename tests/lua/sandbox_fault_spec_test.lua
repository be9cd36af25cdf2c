-- What --faults and --rate-limit may say, and the sentence for each mistake.
local t = require "harness"
local fault_spec = require "sandbox.fault_spec"
local quota = require "sandbox.quota"

t.test("every kind of entry is read", function()
  local spec = assert(fault_spec.parse(
    " 429:5%, 500-after:.5%@POST,cut:12.25%@/v1.0/leads/,reset:1%@PUT/v1.0/leads,lost-reply:10%@leads.create,"
    .. "latency:50ms..2s,latency:1.5s:3%@GET,seed:123,wait:1m"))
  t.equal(spec.rules, {
    { fault = "429", rate = 0.05, scope = { path = "/" }, scope_text = "" },
    { fault = "500-after", rate = 0.005, scope = { method = "POST" }, scope_text = "POST" },
    { fault = "cut", rate = 0.1225, scope = { path = "/v1.0/leads" }, scope_text = "/v1.0/leads/" },
    { fault = "reset", rate = 0.01, scope = { method = "PUT", path = "/v1.0/leads" }, scope_text = "PUT/v1.0/leads" },
    { fault = "lost-reply", rate = 0.1, scope = { operation = "leads.create" }, scope_text = "leads.create" },
  })
  t.equal(spec.latencies, {
    { least = 1500, most = 1500, rate = 0.03, scope = { method = "GET" }, scope_text = "GET" },
    { least = 50, most = 2000, rate = 1, scope = { path = "/" }, scope_text = "" },
  })
  t.equal(assert(fault_spec.parse("webhook-late:5%,webhook-twice:100%")).webhooks,
    { ["webhook-late"] = 0.05, ["webhook-twice"] = 1.0 })
  t.equal({ spec.seed, spec.wait_ms }, { 123, 60000 })
  t.equal(assert(fault_spec.parse("429:1%")).wait_ms, 21000, "as in the documented example")
end)

for _, case in ipairs {
  { "", "nothing between two commas" },
  { "500:1%,,cut:1%", "nothing between two commas" },
  { "500", '"500" has no value; write NAME:RATE%%' },
  { "501:1%", '"501" is no fault: did you mean 50%d' },
  { "lost_reply:1%", "did you mean lost%-reply%?" },
  { "nonsense:1%", "is no fault: use latency, seed, wait, 429, " },
  { "500:5", '"5" is no rate; write a percentage' },
  { "webhook-lat:5%", "did you mean webhook%-late%?" },
  { "webhook-late:0%", '"0%%" is no rate' },
  { "webhook-late:5%@POST", '"5%%@POST" is no rate' },
  { "500:0%", '"0%%" is no rate' },
  { "500:101%", '"101%%" is no rate' },
  { "500:-1%", '"%-1%%" is no rate' },
  { "500:60%,cut:41%", "all faults add up to 101%%, more than 100%%" },
  { "500:60%,cut:41%@POST", "all faults add up to 101%%" },
  { "latency:1s,latency:1ms:1%", "all latencies add up to 101%%" },
  { "latency:50..2s", '"50" is no time; write 50ms' },
  { "latency:2h", '"2h" is no time' },
  { "latency:61m", '"61m" is no time' },
  { "latency:2s..50ms", "the shorter time comes first" },
  { "seed:x", "a seed is a whole number" },
  { "seed:99999999999999999999", "a seed is a whole number" },
  { "wait:soon", '"soon" is no time' },
  { "cut:1%@PATCH", '"@PATCH" is neither a method, nor a path' },
  { "cut:1%@HEAD/v1.0", '"@HEAD/v1.0" begins with no method' },
  { "cut:1%@leads.craete", "did you mean @leads%.create%?" },
} do
  t.test("--faults " .. case[1], function()
    local spec, message = fault_spec.parse(case[1])
    t.equal(spec, nil)
    t.ok(message:find("^%-%-faults: ") and message:find(case[2]), message)
  end)
end

t.test("rates for scopes that have nothing in common may add up to more", function()
  t.ok(fault_spec.parse("500:100%@GET,cut:100%@POST"))
end)

for _, case in ipairs {
  { "600", '"600" is no limit; write 600/min' },
  { "0/min", '"0/min" is no limit' },
  { "5/h", '"5/h" is no limit' },
  { "reset:ms-left", "there is no limit in it" },
  { "600/min,reset:ms", '"ms" is no form of the reset: use epoch%-ms, epoch%-s, ms%-left, none' },
  { "600/min@nowhere", '"@nowhere" is neither' },
} do
  t.test("--rate-limit " .. case[1], function()
    local limit, message = quota.parse(case[1])
    t.equal(limit, nil)
    t.ok(message:find("^%-%-rate%-limit: ") and message:find(case[2]), message)
  end)
end

