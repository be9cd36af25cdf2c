--- How refusals look on the wire. A handler raises one with `wire.refuse`; the box turns it into a reply.
--- Lofty is not uniform: shape "a" is {code, message}, "b" hides the number in a text,
--- "message" has no number at all; "e" and "f" hide the refusal in the body of an HTTP 200.

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
  LEAD_FORBIDDEN = { 20017, 403, "a", "Permission denied" }, -- with system logs and the sales agent
  ACCESS_ALL_TEAM_LEADS = { 770201, 400, "a", "No permission to access all team leads", invented = true },
  PARAMETER_TOO_LONG = { 20043, 400, "a", "A parameter is too long" },
  OFFSET_EXCEED_LIMIT = { 200104, 400, "a", "offset plus limit must not exceed 20000" },
  MISSING_PARAMETER = { 770001, 400, "a", "A required parameter is missing", invented = true },
  LIMIT_PARAM_OVERSIZE = { 770002, 400, "a", "The limit is over the maximum size", invented = true },
  INVALID_UPDATE_OPERATION_LEADID = { 770003, 400, "a",
    "Invalid update: the leadId given does not match", invented = true },

  LEAD_NOT_EXIST = { 20006, 404, "b", "Lead not exist" },
  LEAD_NOT_FOUND = { 20006, 404, "b", "Lead not found" },
  PROPERTY_ADDRESS_EMPTY = { 200057, 400, "a", "The property address is empty" },
  LEAD_PROPERTY_NOT_EXIST = { 200108, 404, "b", "Lead property not exist" },
  TRANSACTION_NAME_BLANK = { 200062, 400, "a", "The transaction name is blank" },
  TRANSACTION_NAME_HTML = { 200062, 400, "a", "The transaction name contains html" },
  TRANSACTION_NOT_EXIST = { 200060, 404, "b", "Transaction not exist" },
  TRANSACTION_STATUS_INVALID = { 200125, 400, "a", "The transaction status is in no stage of its pipeline" },
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

  PARAM_FIRST_NAME_FILL = { 770301, 400, "a", "Please fill in the first name", invented = true },
  PARAM_EMAIL_MUST_FILL = { 770302, 400, "a", "The email must be filled in", invented = true },
  VENDOR_HAS_NO_PERMISSION = { 770303, 400, "a", "The vendor has no permission", invented = true },
  NO_ACCESS_WEBSITE = { 770304, 403, "a", "No access to the website of this user", invented = true },
  LISTING_LIMIT_NOT_VALID = { 770305, 400, "a", "The listing limit is not valid", invented = true },
  ALERT_CONDITION_FEGIN_FAIL = { 770306, 404, "b", "Fetching the alert condition failed", invented = true },
  ATTRIBUTE_NAME_EMPTY = { 770307, 400, "a", "The attribute name is empty", invented = true },
  ATTRIBUTE_TYPE_EMPTY = { 770308, 400, "a", "The attribute type is empty", invented = true },

  BUSINESS_TYPE_ERROR = { 770311, 400, "a", "The business type is wrong", invented = true },
  STRATEGY_TYPE_ERROR = { 770312, 400, "a", "The strategy type is wrong", invented = true },
  STRATEGY_TYPE_NOT_MATCH = { 770313, 400, "a", "The strategy type does not match", invented = true },
  INVAID_ROLE_ID = { 770314, 400, "a", "Invaid role id", invented = true },
  INVAID_ID = { 770315, 400, "a", "Invaid id", invented = true },
  INVAID_GROUP_ID = { 770316, 400, "a", "Invaid group id", invented = true },
  INVAID_ACTIVE_HOURS = { 770317, 400, "a", "Invaid active hours", invented = true },
  INVAID_ACTIVE_DAY = { 770318, 400, "a", "Invaid active day", invented = true },
  INVAID_MEMBER_WEIGHT = { 770319, 400, "a", "Invaid member weight", invented = true },
  INVAID_TOUCHMINUTES = { 770320, 400, "a", "Invaid touchMinutes", invented = true },

  -- Refusals inside HTTP 200. Codes without a documented name have ours here;
  -- _200 marks a code that other operations send with a status of its own.
  SEAT_INSUFFICIENT = { 310111, 200, "a", "There is no free seat" },
  INVALID_PARAMETER_200 = { 20012, 200, "a", "Invalid parameter" },
  AGENT_INACTIVE = { 990105, 200, "a", "The agent is already deactivated" },
  AGENT_OWNER = { 990106, 200, "a", "The agent is the owner of the team or an office" },
  AGENT_SELF = { 990107, 200, "a", "You cannot deactivate your own account" },
  AGENT_ACTIVE = { 990112, 200, "a", "The agent is already active" },
  AGENT_PENDING = { 990113, 200, "a", "The agent has not completed onboarding" },
  AGENT_NOT_AUTHORIZED = { 1900012, 200, "a", "You are not authorized to do this" },
  LEAD_NOT_EXIST_200 = { 20006, 200, "a", "Lead not exist" },
  RESOURCE_NOT_EXIST_200 = { 20007, 200, "a", "Resource not exist" },

  NOT_ACCEPTABLE = { nil, 406, "message", "Not Acceptable" },
  UNSUPPORTED_TYPE = { nil, 415, "message", "Content-Type 'null' is not supported" },
  NO_SUCH_PATH = { nil, 404, "message", "The requested API endpoint does not exist" },
  NO_SUCH_METHOD = { nil, 405, "message", "Request method is not supported" },
}

-- The bodies of refusals that come with HTTP 200.
local INSIDE = {
  e = function(number, message)
    return { code = number, message = message }
  end,
  f = function(number, message)
    return { data = json.null, errorCode = number, errorMsg = message, errorData = json.null }
  end,
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

--- Refuses with HTTP 200, as some operations do; the number is in the body alone.
---@param shape string "e": {code, message}; "f": {data, errorCode, errorMsg, errorData}
---@param name string a row of the table above
---@param message? string words for this case instead of the row's
function M.refuse_inside(shape, name, message)
  assert(REFUSALS[name] and INSIDE[shape], name)
  error(setmetatable({ name = name, message = message, inside = shape }, Refusal), 0)
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

local Answer = {}

--- What a handler returns whose reply is something else than JSON with status 200.
---@param status integer
---@param kind string its Content-Type
---@param text string
---@return table answer
function M.answer(status, kind, text)
  return setmetatable({ status = status, headers = { ["content-type"] = kind }, body = text }, Answer)
end

--- True for what `answer` made.
---@param value any
---@return boolean
function M.is_answer(value)
  return getmetatable(value) == Answer
end

--- Number and words of a refusal, for the operations that wrap them in a shape of their own.
---@param refusal table as raised by `refuse`
---@return integer|nil number
---@return string message
---@return integer status
function M.fault(refusal)
  local row = REFUSALS[refusal.name]
  return row[1], refusal.message or row[4], row[2]
end

--- The reply of a refusal.
---@param refusal table as raised by `refuse`
---@return integer status, table headers, string body
function M.reply(refusal)
  local row = REFUSALS[refusal.name]
  local number, status, shape = row[1], row[2], row[3]
  local message = refusal.message or row[4]
  if refusal.inside then
    return M.json(200, INSIDE[refusal.inside](number, message))
  end
  if shape == "b" then
    return M.json(status, {
      message = string.format("BaseApplicationException:errorCode=%d,errorMsg=%s", number, message),
    })
  end
  return M.json(status, { code = number, message = message })
end

return M
