--- From a reply to a result or a refusal. This is the one file that knows the shapes Lofty's replies come in:
---   a  {"code": N, "message": "..."}                                  the documented one
---   b  {"message": "BaseApplicationException:errorCode=N,errorMsg=..."}    the number inside the text
---   c  {"message": "Too Many Requests"}                               with 429, no number
---   d  "..."                                                          a bare JSON string
---   e  shape a inside HTTP 200 with N other than 0                    a refusal nonetheless
---   f  {"errorCode": N, "errorMsg": "...", "data": ...}               also inside HTTP 200
---   g  {"status": {"code": N, "msg": "..."}, "data": ...}             also inside HTTP 200
---   h, i  text or HTML without any code                               gateways, unknown paths, 415, 406

local catalogue = require "lofty.catalogue"
local clock = require "native.clock"
local json = require "native.json"
local quota = require "native.quota"

local decode, is_array, null = json.decode, json.is_array, json.null
local find, type = string.find, type

local M = {}

--- What marks a page's metadata, so that lofty.try can tell it from an error.
local metadata_mark = { __name = "lofty.Metadata" }

---@class lofty.Fault what a body says about a refusal
---@field number integer|nil never 0, which is success
---@field name string|nil a code sent as a word
---@field message string|nil

--- Members of an envelope that say how it went, not what came back.
local ENVELOPE = {
  code = true, message = true, msg = true, status = true, success = true,
  errorCode = true, errorMsg = true, errorData = true,
}

local REQUEST_IDS = { "x-request-id", "x-trace-id", "x-amzn-requestid", "x-amz-cf-id", "request-id" }

local ENTITIES = { amp = "&", lt = "<", gt = ">", quot = '"', apos = "'", nbsp = " ", ["#39"] = "'" }

--- What a page of HTML or a plain text has to say, in one short line.
local function clean_text(body)
  local html = body:find("^%s*<") ~= nil
  if html then
    local lower = body:lower()
    local _, first = lower:find("<title[^>]*>")
    if not first then _, first = lower:find("<h1[^>]*>") end
    local last = first and lower:find("</", first + 1, true)
    body = first and body:sub(first + 1, (last or 0) - 1) or body:gsub("<[^>]*>", " ")
    body = body:gsub("&(#?%w+);", ENTITIES)
  end
  local line = body:gsub("%s+", " "):match("^ ?(.-) ?$"):sub(1, 200)
  return line ~= "" and line or nil
end

local function text_of(value)
  return type(value) == "string" and value:find("%S") and value or nil
end

local SUCCESS = { SUCCESS = true, OK = true }

--- Splits a code from the wire: an integer, a number as text, or a name. 0 and words for success are no code.
local function split_code(value)
  local number = catalogue.to_number(value)
  if number then return number ~= 0 and number or nil end
  local word = type(value) == "string" and value:match("^%s*(.-)%s*$") or ""
  if word ~= "" and not SUCCESS[word:upper()] then return nil, word end
end

--- Shape b: takes the number and the words out of the text.
local function unpack_message(fault)
  local number = fault.message and fault.message:match("errorCode%s*=%s*(%d+)")
  if number then
    fault.number = fault.number or split_code(number)
    fault.message = text_of(fault.message:match("errorMsg%s*=%s*(.*)$")) or fault.message
  end
  return fault
end

--- What a decoded body says about a refusal, whatever its shape.
---@return lofty.Fault
local function read_fault(body)
  if type(body) == "string" then return unpack_message { message = text_of(body) } end
  if type(body) ~= "table" then return {} end
  local inner = type(body.status) == "table" and body.status or type(body.error) == "table" and body.error or body
  local code = inner.code
  if code == nil then code = inner.errorCode end
  local fault = {
    message = text_of(inner.message) or text_of(inner.msg) or text_of(inner.errorMsg)
      or text_of(body.message) or text_of(body.error_description) or text_of(body.error),
  }
  fault.number, fault.name = split_code(code)
  return unpack_message(fault)
end

--- Whether the operation changes something. Searches that are sent with POST say `read = true` in their row.
local function is_write(operation)
  return operation.method ~= "GET" and operation.method ~= "HEAD" and not operation.read
end

--- Whether a body has any of the members in which one of the shapes says how it went.
local function says_how(body)
  return body.code ~= nil or body.status ~= nil or body.message ~= nil or body.errorCode ~= nil or body.success ~= nil
    or body.error ~= nil
end

--- Whether a decoded body inside HTTP 2xx is a refusal (e, f, g, and b). A result may well have members called code
--- or message, so it takes a code that says no, in the place and the company that these shapes have it in.
local function refuses(operation, body, status)
  if type(body) ~= "table" or not says_how(body) then return false end
  local fault = read_fault(body)
  if fault.number == status then return false end
  if type(body.message) == "string" and body.message:find("Exception:errorCode=", 1, true) then
    return fault.number ~= nil
  end
  local known = fault.number ~= nil or fault.name ~= nil and catalogue.find(fault.name:upper()) ~= nil
  -- An operation that answers with nothing of its own has no other use for these members.
  if not operation.reply and not operation.answers and is_write(operation) then
    if body.success == false or body.code ~= nil and known then return true end
  end
  if type(body.status) == "table" and body.status.code ~= nil then return known end
  if body.errorCode ~= nil then return known end
  return known and body.code ~= nil and fault.message ~= nil
end

--- Whether the body is an envelope that says it went well.
local function says_success(body)
  local inner = type(body.status) == "table" and body.status or body
  local code = inner.code
  if code == nil then code = inner.errorCode end
  return catalogue.to_number(code) == 0
end

--- What became of the write: Lofty refused it, or nobody knows because it broke down on the way through.
local function outcome_of(operation, status, code)
  if not is_write(operation) then return nil end
  local row = catalogue.find(code)
  if status >= 500 or status == 408 or code == "INVALID_RESPONSE" or row and row.category == "server" then return "unknown" end
  return "refused"
end

--- The members that any error from this reply has.
local function fields_for(operation, response, code)
  local headers = response.headers or {}
  local fields = {
    code = code, status = response.status, elapsed = response.elapsed, body = response.body,
    operation = operation.name, method = operation.method,
    outcome = outcome_of(operation, response.status, code),
  }
  fields.rate_limit, fields.retry_after = quota.read(headers, clock.now())
  -- The reset of the limit is no reason to wait for anything else than the limit.
  local limited = response.status == 429 or code == "TOO_MANY_REQUESTS"
  if not limited and not headers["retry-after"] then fields.retry_after = nil end
  for _, name in ipairs(REQUEST_IDS) do fields.request_id = fields.request_id or headers[name] end
  return fields
end

local function refused(operation, response, fault, code_names)
  local number = fault.number
  -- Frameworks repeat the HTTP status as "code"; that is not one of Lofty's.
  if number == response.status then fault.number = nil end
  local code, inferred = require("lofty.deduce").code(operation, response.status, fault, code_names and code_names())
  local fields = fields_for(operation, response, code)
  fields.number, fields.inferred = number, inferred
  fields.message = fault.message or not catalogue.find(code) and "no reason was given" or nil
  return false, fields
end

--- A reply that came with success and cannot be what the operation answers.
local function unusable(operation, response, why)
  local fields = fields_for(operation, response, "INVALID_RESPONSE")
  fields.message = why
  return false, fields
end

---@type table<string, string[]> by how a row writes it, the names in "leads", or in a path such as "data.items"
local names_of = setmetatable({}, { __index = function(paths, path)
  local names = {}
  for name in path:gmatch("[^.]+") do names[#names + 1] = name end
  paths[path] = names
  return names
end })

--- Follows such a path into a table.
---@return any value nil where something on the way is missing
---@return table holder the table the last member is in
local function member_at(body, path)
  local names = names_of[path]
  local value, holder = body[names[1]], body
  for place = 2, #names do
    if type(value) ~= "table" then return nil, holder end
    holder, value = value, value[names[place]]
  end
  return value, holder
end

--- The description spells the first and the last get_metadata and get_listingMetadata. Only servers made from it send
--- that, with examples in it; without metadata a list is read until a page is short.
local METADATA = { "_metadata", "metadata", "_listingMetadata" }

--- What comes beside the result: the page's metadata under one of its names, else the result's plain neighbours.
local function metadata_of(body, holder, reply)
  local names = names_of[reply]
  local last, beside = names[#names], nil
  if body == holder and next(holder) == last and next(holder, last) == nil then return nil end
  for place = 1, #METADATA do
    local name = METADATA[place]
    local metadata = body[name] or holder[name]
    if type(metadata) == "table" then return metadata end
  end
  for name, value in pairs(holder) do
    if name ~= last and not ENVELOPE[name] then
      beside = beside or {}
      beside[name] = value
    end
  end
  return beside
end

--- What the operation's `reply` names, and what lies beside it. nil where it is neither in the body nor in its `data`.
local function wrapped(operation, body)
  local reply = operation.reply
  if type(body.data) == "table" then
    local value, holder = member_at(body.data, reply)
    if value ~= nil then return value, metadata_of(body, holder, reply) end
  end
  -- The description shows some objects bare that come wrapped; an object with the right id is the one.
  if operation.id and not operation.page and body[operation.id] ~= nil then return body end
  if reply == "data" and says_success(body) then return true end
end

--- Styles of paging whose lists lie somewhere inside the result.
local LISTS_INSIDE = { two_keys = true, pageNum_inside = true }

--- Why the value cannot be the operation's result, or nil.
local function misfit(operation, value)
  local answers = operation.answers
  if answers and (type(value) ~= "table" or value[answers] == nil) then return ("it has no %q"):format(answers) end
  local page = operation.page
  if page and not LISTS_INSIDE[page] and not is_array(value) then
    return ("it holds %s where a list belongs"):format(type(value) == "table" and "an object" or "a " .. type(value))
  end
end

--- The result inside a decoded body that refuses nothing and has nothing at the place that `reply` names.
---@return any value nil where it is not there
---@return table|nil metadata
local function unwrap(operation, body)
  local is_table = type(body) == "table"
  if operation.reply then
    if is_table then return wrapped(operation, body) end
    return nil
  end
  if is_table and body.data ~= nil and says_success(body) then return body.data end
  return body
end

local function no_json(operation, response, why)
  local page = response.body:find("^%s*<") and (clean_text(response.body) or "an empty one")
  return unusable(operation, response, page and "it is a page, not JSON: " .. page or "it is no usable JSON: " .. why)
end

--- What a decoded body that came with success means.
local function interpret_body(operation, response, body, code_names)
  local reply, value, holder = operation.reply, nil, nil
  if reply and type(body) == "table" then value, holder = member_at(body, reply) end
  -- Where the result is there no other member can make the body a refusal; but an envelope's `data` proves nothing, it
  -- comes with refusals too.
  if (value == nil or names_of[reply][1] == "data") and refuses(operation, body, response.status) then
    return refused(operation, response, read_fault(body), code_names)
  end
  local metadata
  if value == nil then
    value, metadata = unwrap(operation, body)
  else
    metadata = metadata_of(body, holder, reply)
  end
  local wrong = value == nil and ("it has no %q"):format(reply) or misfit(operation, value)
  if not wrong then return true, value, metadata and setmetatable(metadata, metadata_mark) end
  local _, fields = unusable(operation, response, wrong)
  fields.retryable = false -- well-formed, and of another shape: it would be so again
  return false, fields
end

local function interpret_success(operation, response, code_names)
  local text = response.body or ""
  local body, code, why = decode(text)
  if code and not find(text, "%S") then code = nil end
  -- Texts come bare as well as in quotes; what is no text is looked at for a refusal.
  if operation.text and type(body) ~= "table" then return true, type(body) == "string" and body or text end
  if code then return no_json(operation, response, why) end
  if body == nil or body == null then
    if operation.reply or operation.answers or not is_write(operation) then
      return unusable(operation, response, "it is empty")
    end
    return true, true
  end
  return interpret_body(operation, response, body, code_names)
end

--- What a reply means: a result, or what is needed to make an error of it.
---@param operation table its row: `name`, `method`, `reply`, `answers`, `id`, `page`, `codes`, `read`, `text` are looked at
---@param response { status: integer, headers: table<string, string>, body: string, elapsed: number|nil }
---@param code_names nil|fun(): table<integer, string>|nil names that the profile gives to numbers nobody has documented
---@return boolean ok
---@return any value the result, `true` where success has nothing to say; or the fields for lofty.error's `new`
---@return table|nil metadata of the page
function M.interpret(operation, response, code_names)
  local status = response.status
  if status >= 200 and status < 300 then
    return interpret_success(operation, response, code_names)
  end
  local text = response.body or ""
  local body, undecodable
  if text:find("%S") then body, undecodable = json.decode(text) end
  local fault = undecodable and unpack_message { message = clean_text(text), undecodable = true } or read_fault(body)
  return refused(operation, response, fault, code_names)
end

return M
