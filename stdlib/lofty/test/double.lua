--- Stands between the library and the network of a test: notes each call, and answers those that are stubbed in the
--- form in which Lofty would, so that all that stands above is as it is in a run.
local catalogue = require "lofty.catalogue"
local clock = require "lofty.test.clock"
local http = require "native.http"
local json = require "native.json"
local misuse = require "lofty.misuse"
local operations = require "lofty.operations"
local wording = require "lofty.wording"

local M = {}

---@class lofty.test.Call a call that was made
---@field operation string|nil "tasks.finish"; nil where it went to a path by itself
---@field method string
---@field path string without the query
---@field query table<string, any>
---@field body any decoded
---@field status integer|nil of the reply; nil where none came
---@field stubbed boolean whether a stub has answered

local send ---@type function
local made = {} ---@type lofty.test.Call[]
local stubs = {} ---@type table<string, any>
local stubs_only = false
local closed = "a call to Lofty outside of a test; move it into it() or before_each()" ---@type string|nil
local unexpected = {} ---@type string[]

local Refusal = { __name = "lofty.test.Refusal" }
local Response = { __name = "lofty.test.Response" }

local function unescape(text)
  return (text:gsub("+", " "):gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

local function query_of(text)
  local query = {}
  for name, value in (text or ""):gmatch("([^&=]+)=([^&]*)") do
    name, value = unescape(name), unescape(value)
    local before = query[name]
    if before == nil then
      query[name] = value
    elseif type(before) == "table" then
      before[#before + 1] = value
    else
      query[name] = { before, value }
    end
  end
  return query
end

local function call_of(request)
  local path, query = request.target:match("^([^?]*)%??(.*)$")
  local body = request.body and json.decode(request.body)
  if body == nil then body = request.body end
  return { operation = request.operation, method = request.method, path = path, query = query_of(query), body = body,
    stubbed = false }
end

--- "POST /v2.0/tasks -> 400"
---@param call lofty.test.Call
---@return string
function M.line(call)
  local query = {}
  for _, name in ipairs(wording.sorted_keys(call.query)) do
    local value = call.query[name]
    query[#query + 1] = name .. "=" .. (type(value) == "table" and table.concat(value, ",") or value)
  end
  return ("%s %s%s -> %s%s"):format(call.method, call.path, #query > 0 and "?" .. table.concat(query, "&") or "",
    call.status or "no reply", call.stubbed and " (stub)" or "")
end

local function wrap(row, value)
  local body = value
  local names = {}
  for name in (row.reply or ""):gmatch("[^.]+") do table.insert(names, 1, name) end
  for index, name in ipairs(names) do
    body = { [name] = body }
    if index == 1 and row.page and type(value) == "table" then
      body._metadata = { total = #value, hasMore = false }
    end
  end
  return body
end

--- The body of a reply with that result.
local function body_of(row, value)
  if row.text and type(value) == "string" then return value end
  if value == nil or value == true then return row.reply and json.encode { message = "success", code = 0 } or "" end
  if row.page and type(value) == "table" and next(value) == nil then value = json.array {} end
  local text, _, why = json.encode(wrap(row, value))
  return text or misuse(("stub: the reply to %s cannot be written as JSON: %s"):format(row.name, why))
end

local function respond(status, body, headers)
  return { status = status, headers = headers or {}, body = body, elapsed = 0.001 }
end

--- As Lofty refuses: with the number where there is one, else with the name.
local function refuse(refusal)
  local row = refusal.row
  if row.own and not row.statuses[1] then
    return nil, row.name, refusal.message or row.meaning, { sent = not row.unsent, elapsed = 0.001 }
  end
  local status = row.statuses[1] or 400
  local body = { code = row.number or row.name, message = refusal.message or row.meaning }
  return respond(status, (json.encode(body)), { ["content-type"] = "application/json" })
end

local function answer(row, call, reply)
  if type(reply) == "function" then return answer(row, call, reply(call)) end
  local kind = getmetatable(reply)
  if kind == Refusal then return refuse(reply) end
  if kind == Response then
    local body = type(reply.body) == "table" and json.encode(reply.body) or reply.body or ""
    return respond(reply.status, body, { ["content-type"] = "application/json" })
  end
  return respond(200, body_of(row, reply), { ["content-type"] = "application/json" })
end

local function refuse_unexpected(call)
  local sentence = ("a call that was not expected: %s %s (%s)"):format(call.method, call.path,
    call.operation or "no operation")
  unexpected[#unexpected + 1] = sentence
  error(sentence .. "; give it a stub, or leave out only_stubs()", 0)
end

local function make(request)
  if closed then misuse(closed) end
  local call = call_of(request)
  made[#made + 1] = call
  local stub = call.operation and stubs[call.operation]
  if not stub and stubs_only then refuse_unexpected(call) end
  local response, code, message, info
  if stub then
    call.stubbed = true
    response, code, message, info = answer(operations.find(call.operation), call, stub.reply)
  else
    response, code, message, info = send(request)
  end
  call.status = response and response.status
  if response and response.headers then response.headers.date = clock.date() or response.headers.date end
  return response, code, message, info
end

--- Puts itself in front of the calls.
function M.install()
  send = http.call
  http.call = make
end

--- Calls are made from now on, or refused where they are made, with this sentence.
---@param sentence string|nil
function M.close(sentence) closed = sentence end

--- Forgets calls and stubs.
function M.reset()
  made, stubs, stubs_only, unexpected = {}, {}, false, {}
end

--- What was asked of only_stubs() and not expected, also where the script has caught the error.
---@return string[]
function M.unexpected() return unexpected end

local function checked(name, what)
  if type(name) ~= "string" then
    misuse(('%s: expected an operation such as "tasks.finish", got %s'):format(what, wording.describe(name)))
  end
  if operations.find(name) then return name end
  local near = require("native.text").nearest(name, operations.names())
  return misuse(("%s: there is no operation %s%s"):format(what, wording.quoted(name),
    near and ("; did you mean %s?"):format(wording.quoted(near)) or ""))
end

--- The calls made so far, in order: all of them, or those of an operation ("tasks.finish", "tasks.*"), or those whose
--- members are as in a table ({ method = "DELETE" }).
---@param wanted string|table|nil
---@return lofty.test.Call[]
function M.calls(wanted)
  local prefix = type(wanted) == "string" and wanted:match("^(.*%.)%*$")
  if type(wanted) == "string" and not prefix then checked(wanted, "calls") end
  local found = {}
  for _, call in ipairs(made) do
    local fits = true
    if prefix then
      fits = (call.operation or ""):sub(1, #prefix) == prefix
    elseif type(wanted) == "string" then
      fits = call.operation == wanted
    else
      for key, value in pairs(wanted or {}) do fits = fits and call[key] == value end
    end
    if fits then found[#found + 1] = call end
  end
  return found
end

--- Forgets the calls made so far, those that prepared the test.
function M.forget_calls() made = {} end

--- Has calls of an operation answered by the test, not by its sandbox, until the test ends.
---@param operation string "tasks.finish"
---@param reply any what the operation is to return; refuse(CODE); respond(STATUS, BODY); or a function of the call that
---  returns one of them. true where it has nothing to say
function M.stub(operation, reply)
  if reply == nil then misuse("stub: say what is answered: a result, true, refuse(CODE) or a function") end
  stubs[checked(operation, "stub")] = { reply = reply }
end

--- From now on a call without a stub fails the test.
function M.only_stubs() stubs_only = true end

--- A refusal, for stub: what Lofty answers with this code, or a failure of the network such as "TIMEOUT".
---@param code string|integer
---@param message string|nil
---@return table refusal
function M.refuse(code, message)
  local row = catalogue.find(code)
  if not row then
    local near = type(code) == "string" and catalogue.nearest(code)
    misuse(("refuse: there is no code %s%s"):format(tostring(code), near and ("; did you mean %s?"):format(near) or ""))
  end
  return setmetatable({ row = row, message = message }, Refusal)
end

--- A reply as it comes from the network, for stub.
---@param status integer
---@param body string|table|nil a table is written as JSON
---@return table response
function M.respond(status, body)
  if math.type(status) ~= "integer" then
    misuse("respond: expected an HTTP status, got " .. wording.describe(status))
  end
  return setmetatable({ status = status, body = body }, Response)
end

return M
