--- The one kind of object raised for all that Lofty or the network refuses, and `lofty.try`, which catches it.
--- A mistake in a script is not one of these: that is a plain string at the script's line (lofty.misuse).

local catalogue = require "lofty.catalogue"
local misuse = require "lofty.misuse"
local run = require "native.run"

---@alias lofty.Category
---| "validation" the call is wrong
---| "auth" the credentials are wrong
---| "permission" the credentials may not do this
---| "not_found"
---| "conflict" the thing's state does not allow it
---| "quota" there are too many of something
---| "rate_limit" too many calls
---| "server" Lofty failed
---| "network" Lofty could not be reached
---| "timeout"
---| "protocol" the reply cannot be understood
---| "cancelled"
---| "limit" a limit of the run itself

---@class lofty.Error what Lofty or the network has refused, or a limit of the run
---@field code string|integer documented name, our own name, or the number where only that is known
---@field number integer|nil the numeric code on the wire
---@field category lofty.Category
---@field message string what Lofty said, or what went wrong on the way to it
---@field hint string what to do about it
---@field status integer|nil HTTP status, if a reply came
---@field retryable boolean doing the same again may succeed and can do no harm
---@field retry_after number|nil seconds to wait before that
---@field outcome "refused"|"not_sent"|"unknown"|nil what became of a write; nil for reads
---@field operation string|nil such as "tasks.finish"
---@field method string|nil
---@field path string|nil with its parameters filled in, without the host
---@field attempts integer|nil how often it was tried
---@field elapsed number|nil seconds, over all attempts
---@field rate_limit { limit: integer|nil, remaining: integer|nil, reset: number|nil }|nil `reset` in seconds from then
---@field request_id string|nil for Lofty's support
---@field body string|nil the reply's text, at most 2 KiB of it
---@field cause any the error that led to this one
---@field grant string|nil of GRANT_NEEDED and GRANT_EXHAUSTED
---@field not_before integer|nil of QUIET_HOURS: from when on it may be sent, in milliseconds since 1970
---@field recipients { leadId: integer|nil, flag: string }[]|nil of CONTACT_NOT_ALLOWED: who must not be written to, and why
---@field traceback string where it was raised
---@field inferred boolean|nil true where the name was deduced, because the wire gave no known code
local methods = {}

local metatable = { __name = "lofty.error", __index = methods }

local M = {}

local BODY_MAX = 2048
local MESSAGE_MAX = 500

local KEPT = {
  "code", "number", "status", "retry_after", "outcome", "operation", "method", "path", "attempts", "elapsed",
  "rate_limit", "request_id", "cause", "inferred", "grant", "not_before", "recipients",
}

--- Statuses whose category says more than that of the code which stands for them.
local STATUS_CATEGORIES = { [402] = "quota", [409] = "conflict" }

--- A server that echoes a credential must not bring it into a log: neither the run's own nor another signed token.
local function without_secrets(text)
  return (run.redact(text):gsub("eyJ[%w_%-]+%.[%w_%-%.]+", "[secret]"))
end

--- The beginning of a text, cut between characters.
local function shorten(text, max)
  if #text <= max then return text end
  local last = max
  while last > 0 and (text:byte(last + 1) & 0xC0) == 0x80 do last = last - 1 end
  return text:sub(1, last)
end

local function short_body(body)
  if type(body) ~= "string" or body == "" then return nil end
  if not utf8.len(body, 1, -1, true) then return ("(%d bytes that are not text)"):format(#body) end
  return shorten(without_secrets(body), BODY_MAX)
end

local function clean_message(message)
  message = without_secrets(tostring(message)):gsub("%c", " "):gsub("\xC2[\x80-\x9F]", " ")
  message = message:gsub("%s+", " "):match("^ ?(.-) ?$")
  return shorten(message, MESSAGE_MAX)
end

--- The row that decides: the code's, else the HTTP status's, since Lofty may send codes nobody has documented.
local function deciding_row(fields)
  return catalogue.find(fields.code) or fields.status and catalogue.for_status(fields.status)
    or catalogue.find("INVALID_RESPONSE")
end

local function category_of(fields, row)
  if catalogue.find(fields.code) then
    -- A bare 409 is BAD_REQUEST for want of a better name, but it is still a conflict.
    return row.name == "BAD_REQUEST" and STATUS_CATEGORIES[fields.status] or row.category
  end
  -- An unknown code inside HTTP 200 is a business rule that says no, as all the known ones there are.
  if fields.status and fields.status < 300 then return "conflict" end
  return STATUS_CATEGORIES[fields.status] or row.category
end

--- Whether the same call may be made again: worth it, and harmless. A write whose outcome is unknown may have been
--- done, and Lofty has no idempotency keys, so repeating it blindly could do it twice.
local function is_retryable(fields, row)
  if fields.outcome == "unknown" then return false end
  return row.retry == "yes" or fields.status == 429
end

--- Makes an error of what is known about a failure; fills in category, hint, retryable and traceback.
--- `category`, `hint`, `retryable` and `traceback` may be given where the caller knows better.
---@param fields table members of lofty.Error; `code` is required
---@return lofty.Error
function M.new(fields)
  local row = deciding_row(fields)
  local err = {}
  for _, name in ipairs(KEPT) do err[name] = fields[name] end
  err.request_id = err.request_id and without_secrets(err.request_id)
  err.message = clean_message(fields.message or row.meaning)
  err.body = short_body(fields.body)
  err.category = fields.category or category_of(fields, row)
  err.hint = fields.hint or row.cure
  err.retryable = fields.retryable
  if err.retryable == nil then err.retryable = is_retryable(fields, row) end
  err.traceback = fields.traceback or debug.traceback(nil, 2)
  return setmetatable(err, metatable)
end

--- Whether `value` is a lofty error.
---@param value any
---@return boolean
function M.is_error(value)
  return getmetatable(value) == metatable
end

--- Whether an error's own code carries this number, on the wire or in the catalogue.
local function has_number(err, number)
  if err.number == number or err.code == number then return true end
  local row = catalogue.find(err.code)
  return row ~= nil and row.number == number
end

local function has_name(err, name)
  local wanted = catalogue.find(name)
  if not wanted or type(name) ~= "string" then
    local nearest = type(name) == "string" and catalogue.nearest(name)
    misuse(("err:is: %s is not a code in the catalogue%s"):format(
      type(name) == "string" and ("%q"):format(name) or "a " .. type(name),
      nearest and ("; did you mean %q?"):format(nearest) or ""))
  end
  if err.code == name then return true end
  -- Two names for one number are one fault: nobody can tell from the wire which of them was meant.
  local own = catalogue.find(err.code)
  return own ~= nil and own.number ~= nil and own.number == wanted.number
end

--- Whether the error is one of these. Names that share a number both match it.
--- Raises at the caller's line for a name that is not in the catalogue; any number is accepted.
---@param ... string|integer names such as "TASK_IS_SMARTPLAN", or numbers such as 200100
---@return boolean
function methods:is(...)
  if not M.is_error(self) then misuse("err:is: call it with a colon, err:is(code.NAME)") end
  local count = select("#", ...)
  if count == 0 then misuse("err:is: expects at least one code") end
  local found = false
  for i = 1, count do
    local wanted = select(i, ...)
    local number = catalogue.to_number(wanted)
    -- All of them are looked at, so that a misspelt second name is not hidden by a first one that matches.
    if number then found = has_number(self, number) or found
    else found = has_name(self, wanted) or found end
  end
  return found
end

local CLAUSES = {
  network = "%s got no reply",
  timeout = "%s got no reply in time",
  protocol = "%s got a reply that cannot be used",
  server = "Lofty failed at %s",
  cancelled = "%s was stopped",
  limit = "%s was stopped",
}

--- "(POST /v2.0/tasks/4411/finish, HTTP 400)": where it happened, and what is known beyond the message.
local function circumstances(err, unsent)
  local parts = {}
  local where = (err.method or "") .. (err.method and err.path and " " or "") .. (err.path or "")
  if where ~= "" then parts[#parts + 1] = where end
  if err.status then parts[#parts + 1] = ("HTTP %d"):format(err.status) end
  if err.number and err.number ~= err.code then parts[#parts + 1] = ("code %d"):format(err.number) end
  if err.inferred then parts[#parts + 1] = "name deduced" end
  if unsent then parts[#parts + 1] = "nothing was sent" end
  return #parts > 0 and (" (%s)"):format(table.concat(parts, ", ")) or ""
end

--- One sentence: what, who, why, and what became of a write.
function metatable.__tostring(err)
  local row = catalogue.find(err.code)
  local unsent = err.outcome == "not_sent" or (not err.status and row ~= nil and row.unsent == true)
  local subject = err.operation or "the call"
  local clause = (CLAUSES[err.category] or (err.status and "Lofty refused %s" or "%s failed")):format(subject)
  local message = err.message:gsub("%.$", "")
  local doubt = err.outcome == "unknown" and "; it may or may not have been done" or ""
  return ("%s: %s: %s%s%s"):format(err.code, clause, message, doubt, circumstances(err, unsent))
end

--- So that "failed: " .. err works as it does with a plain message.
function metatable.__concat(left, right)
  return tostring(left) .. tostring(right)
end

local function is_callable(f)
  if type(f) == "function" then return true end
  local meta = debug.getmetatable(f)
  return type(meta) == "table" and meta.__call ~= nil
end

--- A list's second result is its page's metadata. Taken for the error, it would make a success look like a failure,
--- so it comes third here.
local function results(first, second, ...)
  local mark = type(second) == "table" and getmetatable(second)
  if mark and mark.__name == "lofty.Metadata" then return first, nil, second end
  return first, second, ...
end

local function results_or_error(ok, ...)
  if ok then
    if select("#", ...) == 2 then return results(...) end
    return ...
  end
  local err = ...
  if M.is_error(err) then return nil, err end
  error(err, 0) -- unchanged: a position in front of it would be this file's, and objects are not ours to touch
end

--- Calls `f(...)` and returns its results, or `nil, err` where it raised a lofty error. Any other error passes through.
--- `f` may wait for Lofty. The second result is never a page's metadata: `local page, err, metadata = try(lofty.leads.list)`.
---@generic T
---@param f fun(...): T
---@return T|nil ...
---@return lofty.Error|nil err
function M.try(f, ...)
  if not is_callable(f) then
    misuse(("lofty.try: expects a function and its arguments, as in try(lofty.leads.get, leadId); got %s")
      :format(f == nil and "nil" or "a " .. type(f)))
  end
  return results_or_error(pcall(f, ...))
end

return M
