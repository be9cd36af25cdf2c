-- The ledger: what was carried out, on which ids, how often the same, and which replies were withheld.
local t = require "harness"
local json = require "native.json"
local front = require "sandbox.front"
local box = require "sandbox_box"

local function open(faults, options)
  local f = assert(front.new {
    seed = "empty", faults = faults, ledger = "", now = function() return box.START end, lag = 0,
    upstream = options and options.upstream, rate_limit = options and options.rate_limit,
  })
  local function call(method, path, body)
    local status, rest, text = f:handle {
      method = method, path = path, query = {}, body = body and json.encode(body) or "",
      headers = { authorization = "token secret-key", ["content-type"] = "application/json" },
    }
    return status, rest, text
  end
  return call, function()
    local _, _, text = call("GET", "/sandbox/ledger")
    t.ok(not text:find("secret"), text)
    return json.decode(text)
  end, f
end

t.test("writes are counted by operation and id", function()
  local call, read = open()
  local _, _, text = call("POST", "/v1.0/leads", { firstName = "Ada" })
  local id = tostring(json.decode(text).leadId)
  call("POST", "/v1.0/leads", { firstName = "Bea" })
  call("POST", "/v1.0/leads", { firstName = "Ada" })
  call("PUT", "/v1.0/leads/" .. id, { stage = "Hot" })
  call("PUT", "/v1.0/leads/" .. id, { stage = "Cold" })
  call("PUT", "/v1.0/leads/1", { stage = "Cold" })
  call("GET", "/v1.0/leads/" .. id)
  local ledger = read()
  t.equal({ ledger.requests, ledger.carried_out, ledger.answered, ledger.limited }, { 7, 7, 7, 0 })
  t.equal(ledger.statuses, { ["200"] = 6, ["404"] = 1 })
  local create, update = ledger.operations["leads.create"], ledger.operations["leads.update"]
  t.equal({ create.received, create.carried_out, create.done, create.answered, create.repeated }, { 3, 3, 3, 3, 1 })
  t.equal(create.ids[id], 1)
  t.equal({ update.done, update.ids, update.repeated }, { 2, { [id] = 2 }, 0 })
  t.equal(ledger.unanswered, json.array {})
end)

t.test("a refusal inside a 200 is nothing done", function()
  local call, read = open()
  t.equal((call("PUT", "/v1.0/brokermint/lead", { leadId = 1 })), 200)
  local entry = read().operations["leads.sync_brokermint"]
  t.equal({ entry.carried_out, entry.done, entry.ids }, { 1, 0, {} })
end)

t.test("a write whose reply was withheld is told of, with its id", function()
  for fault, is_told in pairs { ["lost-reply"] = true, cut = true, garbage = true, ["500-after"] = true,
    ["500"] = false, refuse = false, reset = false, ["429"] = false } do
    local call, read = open(fault .. ":100%")
    call("POST", "/v1.0/leads", { firstName = "Ada" })
    call("GET", "/v1.0/leads")
    local ledger = read()
    t.equal(ledger.faults, { [fault] = 2 })
    t.equal({ ledger.requests, ledger.carried_out, ledger.answered }, { 2, is_told and 2 or 0, 0 }, fault)
    t.equal(#ledger.unanswered, is_told and 1 or 0, fault)
    if is_told then
      local told = ledger.unanswered[1]
      t.equal({ told.operation, told.fault, told.done, told.status }, { "leads.create", fault, true, 200 })
      t.equal(ledger.operations["leads.create"].ids, { [told.id] = 1 })
    end
  end
end)

t.test("what the limit refuses is neither carried out nor hit by a fault", function()
  local call, read = open("lost-reply:100%,latency:1ms", { rate_limit = "1/min" })
  call("GET", "/v1.0/leads")
  call("GET", "/v1.0/leads")
  local ledger = read()
  t.equal({ ledger.requests, ledger.carried_out, ledger.limited, ledger.delayed }, { 2, 1, 1, 2 })
  t.equal(ledger.faults, { ["lost-reply"] = 1 })
end)

t.test("before another server it counts what came of each request", function()
  local call, read, f = open(nil, { upstream = true })
  local status, exchange = call("POST", "/v1.0/notes", { leadId = 7, content = "x" })
  t.equal(status, nil)
  local headers
  status, headers = f:finish(exchange, 200, "Content-Type: application/json\r\nDate: today\r\nX-A: 1\r\nx-a: 2\r\nX-B:\r\n",
    '{"noteId":1405000000000021}')
  t.equal({ status, headers }, { 200, { ["content-type"] = "application/json", ["x-a"] = "1, 2" } })
  exchange = select(2, call("DELETE", "/v1.0/notes/5"))
  local _, _, _, ending = f:lost(exchange, true, "gone")
  t.equal(ending.ending, "close", "the client cannot know either")
  exchange = select(2, call("DELETE", "/v1.0/notes/6"))
  t.equal((f:lost(exchange, false, "nobody there")), 502)
  t.equal((call("HEAD", "/v1.0/notes/6")), 405)
  local ledger = read()
  t.equal({ ledger.requests, ledger.carried_out, ledger.answered }, { 4, 2, 1 })
  t.equal(ledger.statuses, { ["200"] = 1, unknown = 1 })
  t.equal(ledger.operations["notes.create"].ids, { ["1405000000000021"] = 1 })
  t.equal(ledger.unanswered, json.array {
    { operation = "notes.delete", path = "/v1.0/notes/5", id = "5", fault = "upstream" },
  })
end)

t.test("what is still out when the proxy stops is unknown too", function()
  local name = os.tmpname()
  local f = assert(front.new { upstream = true, ledger = name })
  f:handle { method = "PUT", path = "/v1.0/leads/7", query = {}, headers = {}, body = "{}" }
  t.equal(f:close(), true)
  local file = assert(io.open(name))
  local ledger = json.decode(file:read("a"))
  file:close()
  os.remove(name)
  t.equal(ledger.unanswered, json.array {
    { operation = "leads.update", path = "/v1.0/leads/7", id = "7", fault = "stopped" },
  })
end)

t.test("what was logged in with is kept nowhere", function()
  local call, read, f = open()
  call("POST", "/oauth/token", { grant_type = "refresh_token", refresh_token = "secret-refresh" })
  t.equal(read().operations["POST /oauth/token"].carried_out, 1)
  t.equal(next(f.ledger.seen), nil)
end)

t.test("its file is written at the end, and one that cannot be is said at once", function()
  local name = os.tmpname()
  local f = assert(front.new { seed = "empty", ledger = name })
  t.equal(f:close(), true)
  local file = assert(io.open(name))
  t.equal(json.decode(file:read("a")).requests, 0)
  file:close()
  os.remove(name)
  local none, message = front.new { seed = "empty", ledger = "/nowhere/at/all" }
  t.equal(none, nil)
  t.ok(message:find("^%-%-ledger: cannot write /nowhere/at/all"), message)
end)

