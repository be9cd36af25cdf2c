--- The one way a call is made: arguments are sorted out and checked, the request is built, the reply becomes a result
--- or a lofty error. What differs between operations is in their rows (lofty/operations/), never here.
require "lofty.credential"
local check = require "lofty.check"
local clock = require "native.clock"
local http = require "native.http"
local json = require "native.json"
local lofty_error = require "lofty.error"
local misuse = require "lofty.misuse"
local plans = require "lofty.plan"
local reply = require "lofty.reply"
local retry = require "lofty.retry"
local run = require "native.run"
local seen = require "lofty.seen"
local text = require "native.text"
local wording = require "lofty.wording"

-- A run that may write to leads remembers whom it has read, so that it need not read them again.
local remember = require("native.guard").reaches_leads() and function(...) require("lofty.guard.leads").seen(...) end

local encode, math_type, select, type = json.encode, math.type, select, type
local interpret, call_until_done, plan_of = reply.interpret, retry.call, plans.calls

local M = {}

--- The Date of the latest reply, and when it was asked for on this machine's clock, from when somebody wants to know it: to
--- look for it costs each call.
M.date = nil ---@type string|nil
M.asked = nil ---@type integer|nil
M.wants_date = false

---@class lofty.CallOptions
---@field unchecked boolean|nil true: the call is sent as it is written
---@field retries integer|nil how often it may be made again after it failed; --retries, else 5, where it is not given

---@class lofty.CreateOptions: lofty.CallOptions
---@field verify boolean|nil true: where the reply was lost, looks whether it was done before it may be made again

--- What an option's value must be: a type, and how to say it.
local OPTIONS = {
  unchecked = { is = function(value) return type(value) == "boolean" end, wanted = "true or false" },
  retries = { is = function(value) return math.type(value) == "integer" and value >= 0 and value <= retry.MOST end,
    wanted = ("a whole number from 0 to %d"):format(retry.MOST) },
  verify = { is = function(value) return type(value) == "boolean" end, wanted = "true or false" },
}

--- Why a lone { unchecked = true } is no table of parameters.
local OPTIONS_HINT = '%s: options come after the parameters, in a table of their own: %s({ ... }, { unchecked = true })'

--- What stands for a table that was not passed. Nobody writes into what scripts pass, so this stays empty.
local NOTHING = {}

local function is_options(value)
  if type(value) ~= "table" or not OPTIONS[next(value)] then return false end
  for key in pairs(value) do
    if not OPTIONS[key] then return false end
  end
  return true
end

local function check_options(name, options)
  if type(options) ~= "table" then
    misuse(("%s: the last argument must be a table of options, got %s"):format(name, wording.describe(options)))
  end
  for key, value in pairs(options) do
    local option = OPTIONS[key]
    if not option then
      misuse(("%s: unknown option %s; there are %s"):format(name, wording.quoted(tostring(key)),
        wording.listed(wording.sorted_keys(OPTIONS), "and")))
    elseif not option.is(value) then
      misuse(("%s: %s must be %s, got %s"):format(name, key, option.wanted, wording.describe(value)))
    end
  end
  return options
end

--- For an operation without fields; an empty table says nothing.
local function refuse_fields(name, row, fields)
  if fields == nil or type(fields) == "table" and next(fields) == nil then return end
  local last = row.params and row.params[#row.params]
  misuse(("%s: takes %s, got %s as well"):format(name, last and "only " .. last.name or "no parameters",
    wording.describe(fields)))
end

--- Sorts out what a script passed: path parameters by position, one table, options.
---@param name string
---@param row table
---@return any[] values of the path parameters
---@return table fields
---@return lofty.CallOptions options
function M.arguments(name, row, ...)
  local count, values = select("#", ...), { ... }
  local plan = plan_of[row]
  local params, takes_table = plan.params, plan.takes_table
  if count <= params then return values, NOTHING, NOTHING end
  local fields, options = values[params + 1], values[params + 2]
  if options == nil and not takes_table and is_options(fields) then fields, options = nil, fields end
  if count > params + 2 then
    misuse(("%s: takes at most %d arguments, got %d"):format(name, params + (takes_table and 2 or 1), count))
  end
  if options == nil and is_options(fields) then misuse(OPTIONS_HINT:format(name, name)) end
  for place = params + 1, count do values[place] = nil end
  options = options == nil and NOTHING or check_options(name, options)
  if not takes_table and not options.unchecked then refuse_fields(name, row, fields) end
  return values, fields == nil and NOTHING or fields, options
end

--- Checks a call without making it; raises at the script's line where something is wrong.
---@param row table
---@param values any[] path parameters
---@param fields table
---@return any[] values
---@return table fields both ready to be sent
function M.checked(row, values, fields)
  local message, clean_values = check.params(row, values, fields)
  if message then misuse(message) end
  local clean_fields
  if fields == NOTHING and plan_of[row].optional then
    clean_fields = fields
  elseif row.body then
    message, clean_fields = check.body(row, fields)
  else
    message, clean_fields = check.query(row, fields)
  end
  if message then misuse(message) end
  message = row.needs_by_path and check.beside_path(row, clean_values, clean_fields)
  if message then misuse(message) end
  return clean_values, clean_fields
end

--- A float in the fewest digits that read back as the same number.
local function float_text(number)
  for digits = 15, 17 do
    local written = ("%%.%dg"):format(digits):format(number)
    if tonumber(written) == number then return written end
  end
end

--- One value as it stands in a URL. Integers stay what they are, and are written with every digit: an id that loses
--- one is another lead's.
---@return string|integer
local function url_text(name, what, value)
  local kind = math_type(value)
  if kind == "integer" then return value end
  kind = kind or type(value)
  local written = kind == "float" and float_text(value)
    or kind == "boolean" and tostring(value)
    or kind == "string" and text.percent_encode(value)
  return written or misuse(("%s: %s cannot be written in a URL: it is %s"):format(name, what, wording.describe(value)))
end

local function path_of(row, pieces, values)
  local path = pieces[1]
  for place = 2, #pieces, 2 do
    local what = pieces[place]
    local written = url_text(row.name, what, values[place // 2])
    if written == "" then misuse(("%s: %s must not be empty"):format(row.name, what)) end
    path = path .. written .. pieces[place + 1]
  end
  return path
end

--- The path with its parameters filled in.
---@param row table
---@param values any[]
---@return string
function M.path(row, values)
  return path_of(row, plan_of[row].pieces, values)
end

--- "?a=1&b=2" in the order of the names, so that the same call is the same bytes; an array repeats its name.
---@param name string
---@param query table
---@return string empty when there is nothing to send
function M.query_string(name, query)
  local first, only = next(query)
  if first == nil then return "" end
  if type(only) ~= "table" and next(query, first) == nil then -- mostly there is one, and nothing to put in order
    first = tostring(first)
    return "?" .. text.percent_encode(first) .. "=" .. url_text(name, first, only)
  end
  local parts = {}
  for _, key in ipairs(wording.sorted_keys(query)) do
    local value = query[key]
    key = tostring(key)
    local encoded = text.percent_encode(key) .. "="
    if type(value) == "table" then
      for _, item in ipairs(value) do parts[#parts + 1] = encoded .. url_text(name, key, item) end
    else
      parts[#parts + 1] = encoded .. url_text(name, key, value)
    end
  end
  return #parts > 0 and "?" .. table.concat(parts, "&") or ""
end

local function encode_body(row, fields)
  if not row.body and next(fields) == nil then return nil end
  local body, _, why = encode(fields)
  return body or misuse(("%s: the body cannot be written as JSON: %s"):format(row.name, why))
end

--- Builds the request. Operations without fields have no body; Content-Type goes along with every request anyway.
---@param row table
---@param values any[]
---@param fields table
---@return { method: string, target: string, body: string|nil, operation: string }
---@return string path without the query
function M.request(row, values, fields)
  local plan, name = plan_of[row], row.name
  local path = path_of(row, plan.pieces, values)
  if not plan.sends_query then
    return { method = row.method, target = path, body = encode_body(row, fields), operation = name }, path
  end
  local target = fields == NOTHING and path or path .. M.query_string(name, fields)
  return { method = row.method, target = target, operation = name }, path
end

local function fail(row, path, fields)
  fields.operation, fields.method, fields.path = row.name, row.method, path
  fields.attempts = fields.attempts or 1
  error(lofty_error.new(fields), 0)
end

--- The fields of an error for a request that got no usable reply at all. Reads have no outcome; a write was either
--- certainly not sent, or nobody knows.
local function unanswered(row, code, message, info)
  local outcome
  if row.method ~= "GET" and not row.read then
    outcome = info and info.sent == false and "not_sent" or "unknown"
  end
  return {
    code = code,
    message = message,
    outcome = outcome,
    elapsed = info and info.elapsed,
    retry_after = info and info.retry_after,
    sent = not info or info.sent,
    begun = not info or info.begun ~= false,
    token = info and info.token,
  }
end

--- Lofty echoes the page size it used. Another one than asked for means that the parameter was not heard, and then
--- neither were the filters, perhaps.
local function check_echo(row, path, query, metadata)
  local asked = query.limit or query.pageSize
  local used = type(metadata) == "table" and metadata.limit
  if asked and math_type(used) == "integer" and used ~= asked then
    fail(row, path, {
      code = "INVALID_RESPONSE",
      message = ("asked for pages of %d, got pages of %d"):format(asked, used),
    })
  end
end

--- One attempt at a call, as lofty.retry makes them.
local function attempt(row, request, timeout)
  request.timeout, request.since = timeout, seen.epoch
  local asked = M.wants_date and clock.now()
  local response, code, message, info = http.call(request)
  if not response then return false, unanswered(row, code, message, info) end
  if response.status == 200 then seen.note(request, response.body) end
  if asked then M.date, M.asked = response.headers.date, asked end
  return interpret(row, response, run.codes)
end

--- Sends what has been checked, or is meant to go unchecked.
---@param row table
---@param values any[] path parameters
---@param fields table
---@param options lofty.CallOptions|nil
---@return any result
---@return table|nil metadata
function M.send(row, values, fields, options)
  local request, path = M.request(row, values, fields)
  local retries, plan = options and options.retries, plan_of[row]
  if not plan.reads then
    return require("lofty.writes").make(row, path, values, fields, request, retries, attempt)
  end
  local result, metadata = call_until_done(row, path, retries, attempt, request)
  if row.page and plan.sends_query and not (options and options.unchecked) then
    check_echo(row, path, fields, metadata)
  end
  if remember then remember(row, fields, result, request.since) end
  return result, metadata
end

local claims -- lofty.verify.claims; it requires this file

--- Calls an operation.
---
--- Raises a plain string at the script's line for a mistake in the call, and then nothing is sent. Raises a
--- lofty.Error for all that Lofty or the network refuses.
---@param name string such as "tasks.finish"
---@param row table the operation
---@param ... any path parameters by position, then a table of query or body fields, then lofty.CallOptions
---@return any result unwrapped: the lead, the array of tasks, true where success has nothing to say
---@return table|nil metadata of a page
function M.call(name, row, ...)
  local values, fields, options = M.arguments(name, row, ...)
  if not options.unchecked then
    values, fields = M.checked(row, values, fields)
  elseif type(fields) ~= "table" then
    misuse(("%s: expected a table, got %s"):format(name, wording.describe(fields)))
  end
  if options.verify then return require("lofty.verify").call(row, values, fields, options) end
  if row.verify then
    claims = claims or require "lofty.verify.claims"
    return claims.create(row, M.send, values, fields, options)
  end
  return M.send(row, values, fields, options)
end

return M
