local t = require "harness"
local errors = require "lofty.error"
local misuse = require "lofty.misuse"

local function finish(fields)
  local all = { code = "TASK_IS_SMARTPLAN", message = "Cannot modify a task.", status = 400, operation = "tasks.finish",
    method = "POST", path = "/v2.0/tasks/4411/finish", outcome = "refused" }
  for name, value in pairs(fields or {}) do all[name] = value end
  return errors.new(all)
end

t.test("an error has all that is known", function()
  local cause = finish()
  local err = finish { number = 31415, retry_after = 2, attempts = 3, elapsed = 1.5, rate_limit = { limit = 100 },
    request_id = "r-1", body = '{"code":31415}', cause = cause, inferred = true }
  for name, value in pairs {
    code = "TASK_IS_SMARTPLAN", number = 31415, category = "conflict", message = "Cannot modify a task.", status = 400,
    retryable = false, retry_after = 2, outcome = "refused", operation = "tasks.finish", method = "POST",
    path = "/v2.0/tasks/4411/finish", attempts = 3, elapsed = 1.5, request_id = "r-1", body = '{"code":31415}',
    cause = cause, inferred = true,
  } do t.equal(err[name], value, name) end
  t.equal(err.rate_limit.limit, 100)
  assert(err.hint:find("%w"))
  assert(err.traceback:find("error_test.lua", 1, true), err.traceback)
  assert(errors.is_error(err) and not errors.is_error {} and not errors.is_error(nil) and not errors.is_error("x"))
end)

t.test("the category comes from the code first and the status second", function()
  for _, case in ipairs {
    { "PERMISSION_DENIED", 400, "permission" }, { 200058, 400, "auth" }, { 200100, 403, "permission" },
    { "LEAD_NOT_EXIST", 404, "not_found" }, { "WEBHOOK_DELETE_NOT_EXIST", 400, "not_found" },
    { "WEBHOOK_EXCEED_LIMIT", 400, "quota" }, { "SEAT_INSUFFICIENT", 200, "quota" }, { 990105, 200, "conflict" },
    { "NEW_CODE", 400, "validation" }, { 77777, 401, "auth" }, { 77777, 403, "permission" },
    { 77777, 404, "not_found" }, { 77777, 409, "conflict" }, { 77777, 429, "rate_limit" }, { 77777, 500, "server" },
    { 77777, 503, "server" }, { 77777, 200, "conflict" }, { "BAD_REQUEST", 409, "conflict" },
    { "BAD_REQUEST", 415, "validation" }, { "TIMEOUT", nil, "timeout" }, { "CONNECT_FAILED", nil, "network" },
    { "INVALID_RESPONSE", 200, "protocol" }, { "CANCELLED", nil, "cancelled" }, { "TOO_MANY_CALLS", nil, "limit" },
    { "DEADLINE_EXCEEDED", nil, "limit" }, { "NEVER_HEARD_OF", nil, "protocol" },
  } do
    local code, status, category = case[1], case[2], case[3]
    local err = errors.new { code = code, status = status }
    t.equal(err.category, category, tostring(code))
    t.equal(err.code, code)
  end
end)

t.test("retryable is decided from catalogue, status and outcome", function()
  for _, case in ipairs {
    { { code = "TOO_MANY_REQUESTS", status = 429, outcome = "refused" }, true },
    { { code = 77777, status = 429, outcome = "refused" }, true },
    { { code = "SERVER_ERROR", status = 502 }, true },
    { { code = "SERVER_ERROR", status = 502, outcome = "unknown" }, false },
    { { code = 20005, status = 500 }, true },
    { { code = "TIMEOUT" }, true },
    { { code = "TIMEOUT", outcome = "unknown" }, false },
    { { code = "CONNECTION_LOST", outcome = "unknown" }, false },
    { { code = "CONNECT_FAILED", outcome = "not_sent" }, true },
    { { code = "TASK_IS_SMARTPLAN", status = 400, outcome = "refused" }, false },
    { { code = "BAD_CREDENTIALS", status = 401 }, false },
    { { code = "LEAD_NOT_EXIST", status = 404 }, false },
    { { code = "LEAD_NOT_EXIST", status = 404, retryable = true }, true },
    { { code = 77777, status = 500 }, true },
    { { code = 77777, status = 400 }, false },
  } do
    t.equal(errors.new(case[1]).retryable, case[2], tostring(case[1].code))
  end
end)

t.test("tostring is one good sentence", function()
  for _, case in ipairs {
    { finish(), "TASK_IS_SMARTPLAN: Lofty refused tasks.finish: Cannot modify a task"
      .. " (POST /v2.0/tasks/4411/finish, HTTP 400)" },
    { finish { number = 31415, inferred = true }, "TASK_IS_SMARTPLAN: Lofty refused tasks.finish: Cannot modify a task"
      .. " (POST /v2.0/tasks/4411/finish, HTTP 400, code 31415, name deduced)" },
    { errors.new { code = 20001, number = 20001, status = 400, message = "Content-type must be: application/json",
      operation = "notes.delete", method = "DELETE", path = "/v1.0/notes/5" },
      "20001: Lofty refused notes.delete: Content-type must be: application/json (DELETE /v1.0/notes/5, HTTP 400)" },
    { errors.new { code = "CONNECT_FAILED", message = "connection refused by 127.0.0.1 port 9", method = "GET",
      path = "/v1.0/leads", operation = "leads.list" },
      "CONNECT_FAILED: leads.list got no reply: connection refused by 127.0.0.1 port 9"
      .. " (GET /v1.0/leads, nothing was sent)" },
    { errors.new { code = "TIMEOUT", message = "no answer within 30 s", method = "POST", path = "/v1.0/leads",
      operation = "leads.create", outcome = "unknown" },
      "TIMEOUT: leads.create got no reply in time: no answer within 30 s; it may or may not have been done"
      .. " (POST /v1.0/leads)" },
    { errors.new { code = "SERVER_ERROR", message = "Bad Gateway", status = 502, method = "POST",
      path = "/v1.0/leads", operation = "leads.create", outcome = "unknown" },
      "SERVER_ERROR: Lofty failed at leads.create: Bad Gateway; it may or may not have been done"
      .. " (POST /v1.0/leads, HTTP 502)" },
    { errors.new { code = "TOO_MANY_CALLS", message = "5 calls are allowed" },
      "TOO_MANY_CALLS: the call was stopped: 5 calls are allowed (nothing was sent)" },
  } do
    t.equal(tostring(case[1]), case[2])
  end
  t.equal("failed: " .. finish(), "failed: " .. tostring(finish()))
  assert(not tostring(finish { message = "two\nlines\tand \0 more" }):find("%c"))
end)

t.test("is takes names and numbers, several at once", function()
  local err = finish()
  assert(err:is("TASK_IS_SMARTPLAN") and not err:is("TASK_NOT_EXIST"))
  assert(err:is("TASK_NOT_EXIST", "TASK_IS_SMARTPLAN") and err:is(20006, "TASK_IS_SMARTPLAN"))
  assert(not err:is(31415) and finish { number = 31415, inferred = true }:is(31415, 1))
  assert(finish { number = 31415, inferred = true }:is("TASK_IS_SMARTPLAN"))
  local numbered = errors.new { code = 200100, number = 200100, status = 403 }
  assert(numbered:is(200100) and numbered:is("200100") and numbered:is(200100.0) and not numbered:is("FORBIDDEN"))
  local unknown = errors.new { code = "BRAND_NEW", status = 400 }
  assert(not unknown:is("TASK_IS_SMARTPLAN"))
end)

t.test("names that share a number both match it", function()
  for _, pair in ipairs { { "LEAD_NOT_EXIST", "LEAD_NOT_FOUND", 20006 },
    { "TRANSACTION_NAME_BLANK", "TRANSACTION_NAME_HTML", 200062 } } do
    local err = errors.new { code = pair[1], number = pair[3], status = 404 }
    assert(err:is(pair[1]) and err:is(pair[2]) and err:is(pair[3]))
    local named = errors.new { code = pair[2], status = 404 }
    assert(named:is(pair[1]) and named:is(pair[3]))
  end
end)

t.test("is raises at the caller's line for what is no code", function()
  local err = finish()
  t.raises('error_test.lua:%d+: err:is: "TASK_IS_SMARTPLN" .*did you mean "TASK_IS_SMARTPLAN"', function()
    err:is("TASK_IS_SMARTPLN")
  end)
  t.raises('"TASK_NOT_EXISTS" .*"TASK_NOT_EXIST"', function() err:is("TASK_IS_SMARTPLAN", "TASK_NOT_EXISTS") end)
  t.raises("error_test.lua:%d+: err:is: expects", function() err:is() end)
  t.raises("a nil", function() err:is(nil) end)
  t.raises("error_test.lua:%d+: err:is: .*colon", function() err.is("TASK_IS_SMARTPLAN") end)
end)

t.test("no secret and no endless body is kept", function()
  local key = "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyIjo0MiwieCI6MX0.c2lnbmF0dXJl-_x"
  local err = finish { message = "bad key " .. key, body = "you sent " .. key .. ", really" }
  assert(not (err.message .. err.body .. tostring(err)):find("c2lnbmF0dXJl", 1, true))
  t.equal(err.body, "you sent [secret], really")
  local long = finish { body = ("é"):rep(3000) }.body
  assert(#long <= 2048 and #long >= 2046 and utf8.len(long))
  t.equal(finish { body = "\xff\xfe\0" }.body, "(3 bytes that are not text)")
  t.equal(finish { body = "" }.body, nil)
  assert(utf8.len(finish { message = ("é"):rep(400) }.message))
end)

t.test("a page's metadata is never taken for the error by try", function()
  local reply, operations = require "lofty.reply", require "lofty.operations"
  local response = { status = 200, headers = {}, body = '{"_metadata":{"total":7},"leads":[]}' }
  local list = function() return select(2, reply.interpret(operations.find("leads.list"), response)) end
  local page, err, metadata = errors.try(list)
  t.equal(page, {})
  t.equal(err, nil)
  t.equal(metadata.total, 7)
end)

t.test("try returns results, or nil and a lofty error", function()
  local function several(...) return ... end
  t.equal({ errors.try(several, 1, nil, 3) }, { 1, nil, 3 })
  t.equal(select("#", errors.try(several, nil, nil)), 2)
  t.equal(select("#", errors.try(several)), 0)
  local raised = finish()
  local value, err = errors.try(function() error(raised, 0) end)
  assert(value == nil and err == raised)
  local callable = setmetatable({}, { __call = function(_, x) return x end })
  t.equal(errors.try(callable, 7), 7)
end)

t.test("try lets any other error through unchanged", function()
  local object = setmetatable({}, { __tostring = function() return "mine" end })
  local _, err = pcall(errors.try, function() error(object) end)
  t.equal(err, object)
  local ok, text = pcall(errors.try, function() error("a mistake") end)
  assert(not ok and text:find("^[^:]*error_test.lua:%d+: a mistake$"), text)
  ok, text = pcall(errors.try, error)
  assert(not ok and text == nil)
end)

t.test("try works where f waits", function()
  local raised = finish()
  local run = coroutine.wrap(function()
    local _, err = errors.try(function()
      coroutine.yield("waiting")
      error(raised, 0)
    end)
    return err
  end)
  t.equal(run(), "waiting")
  t.equal(run(), raised)
end)

t.test("try of what is not a function raises at the caller's line", function()
  t.raises("error_test.lua:%d+: lofty.try: expects a function .*got nil", function() errors.try(nil) end)
  t.raises("got a table", function() errors.try({ leadId = 1 }) end)
end)

t.test("misuse points at the nearest line outside the library", function()
  t.raises("error_test.lua:%d+: leads.list: no", function() misuse("leads.list: no") end)
  local library = load("local misuse = ...; local function f() misuse('x: y') end f() return 1", "@[loftyrun]/stdlib/lofty/z.lua")
  t.raises("^[^:]*error_test.lua:%d+: x: y$", function() library(misuse) end)
  local inside = load("local f, m = ...; f(function() m('x: y') end) return 1", "@[loftyrun]/runtime/sandbox/z.lua")
  t.raises("error_test.lua:%d+: x: y", function() inside(function(g) g() end, misuse) end)
end)

