--- How refusals look on the wire. A handler raises one with `wire.refuse`; the box turns it into a reply.
--- Lofty is not uniform: shape "a" is {code, message}, "b" hides the number in a text,
--- "message" has no number at all.

local json = require "native.json"

local M = {}

-- Nobody has published the numbers of the rows marked `invented`. Theirs are ours, taken from a range Lofty is not
-- known to use, so that a client has to recognise them by operation, status and message, as it must in real life.
local REFUSALS = {
  BAD_CREDENTIALS = { 20004, 401, "a", "Bad credentials" },
  CONTENT_TYPE = { 20001, 400, "a", "Content-type must be: application/json" },
  NO_SUCH_USER = { 200058, 400, "a", "User in token does not exist." },
  NO_SCOPE = { 200100, 403, "a", "Sorry, the vendor does not have permission for this API." },
  INTERNAL = { 20005, 500, "b", "There is an internal error happened" },

  INVALID_PARAMETER = { 20012, 400, "a", "Invalid parameter" },
  LIMIT_NOT_VALID = { 20042, 400, "a", "Limit must be between 1 and 100" },
  PERMISSION_DENIED = { 20017, 400, "a", "Permission denied" },
  MISSING_PARAMETER = { 770001, 400, "a", "A required parameter is missing", invented = true },
  LIMIT_PARAM_OVERSIZE = { 770002, 400, "a", "The limit is over the maximum size", invented = true },
  INVALID_UPDATE_OPERATION_LEADID = { 770003, 400, "a",
    "Invalid update: the leadId given does not match", invented = true },

  LEAD_NOT_EXIST = { 20006, 404, "b", "Lead not exist" },
  PROPERTY_ADDRESS_EMPTY = { 200057, 400, "a", "The property address is empty" },
  LEAD_PROPERTY_NOT_EXIST = { 200108, 404, "b", "Lead property not exist" },
  TRANSACTION_NAME_BLANK = { 200062, 400, "a", "The transaction name is blank" },
  TRANSACTION_NAME_HTML = { 200062, 400, "a", "The transaction name contains html" },
  RESOURCE_NOT_EXIST = { 20007, 404, "b", "Resource not exist" },
  USER_NOT_EXIST = { 20003, 404, "b", "User not exist" },

  TASK_NOT_EXIST = { 770011, 404, "b", "Task not exist", invented = true },
  TASK_IS_SMARTPLAN = { 770012, 400, "a", "The task belongs to a smart plan and cannot be modified", invented = true },

  WEBHOOK_CALLBACK_URL_INVALID = { 20049, 400, "a", "Please enter url in right format" },
  WEBHOOK_TYPE_ERROR = { 770021, 400, "a", "The webhook type (listId) is not supported", invented = true },
  WEBHOOK_EXCEED_LIMIT = { 770022, 400, "a",
    "The number of webhook subscriptions exceeds the limit", invented = true },
  WEBHOOK_DELETE_NOT_EXIST = { 770023, 400, "a", "The webhook to delete does not exist", invented = true },
  WEBHOOK_DELETE_NO_AUTHORITY = { 770024, 400, "a", "No authority to delete this webhook", invented = true },

  NO_SUCH_PATH = { nil, 404, "message", "The requested API endpoint does not exist" },
  NO_SUCH_METHOD = { nil, 405, "message", "Request method is not supported" },
}

local Refusal = {}
Refusal.__index = Refusal
Refusal.__tostring = function(self)
  return "sandbox refusal " .. self.name
end

--- Refuses the request being handled: raises, never returns.
---@param name string a row of the table above
---@param message? string words for this case instead of the row's
function M.refuse(name, message)
  assert(REFUSALS[name], name)
  error(setmetatable({ name = name, message = message }, Refusal), 0)
end

--- Refuses unless `condition` holds; returns the condition otherwise.
---@generic T
---@param condition T
---@param name string
---@return T
function M.demand(condition, name)
  if not condition then
    M.refuse(name)
  end
  return condition
end

--- True for what `refuse` raised.
---@param value any
---@return boolean
function M.is_refusal(value)
  return getmetatable(value) == Refusal
end

--- The numbers in use and whether they are ours; tests compare them with the client's catalogue.
---@return table<string, { number: integer|nil, status: integer, invented: boolean }>
function M.rows()
  local rows = {}
  for name, row in pairs(REFUSALS) do
    rows[name] = { number = row[1], status = row[2], invented = row.invented or false }
  end
  return rows
end

--- A reply with a JSON body.
---@param status integer
---@param value any what native.json can encode
---@return integer status, table headers, string body
function M.json(status, value)
  return status, { ["content-type"] = "application/json;charset=UTF-8" }, assert(json.encode(value))
end

--- The reply of a refusal.
---@param refusal table as raised by `refuse`
---@return integer status, table headers, string body
function M.reply(refusal)
  local row = REFUSALS[refusal.name]
  local number, status, shape = row[1], row[2], row[3]
  local message = refusal.message or row[4]
  if shape == "b" then
    return M.json(status, {
      message = string.format("BaseApplicationException:errorCode=%d,errorMsg=%s", number, message),
    })
  end
  return M.json(status, { code = number, message = message })
end

return M
