--- Whether a lead may be written to, by what Lofty says about them: cannotText, cannotEmail, cannotCall, unsubscription, and
--- numbers on a do-not-call list. Pure.
local contact = require "lofty.contact"

local M = {}

--- Values of phoneStatuses, which stands beside phones.
local DO_NOT_CALL = { [4] = "a DNC number", [5] = "a DNC contact" }

local FLAGS = { text = "cannotText", email = "cannotEmail", call = "cannotCall" }

--- The place of the number that Lofty would text: the one asked for if it is the lead's, else the first.
local function place_of(lead, number, code)
  if type(number) == "string" then
    for place, phone in ipairs(lead.phones) do
      if contact.phones_equal(phone, number) or type(code) == "string"
        and contact.phones_equal(phone, ("+%s%s"):format(code, number)) then
        return place
      end
    end
  end
  return 1
end

--- What forbids to write to a lead.
---@param lead lofty.guard.Lead
---@param by string[] "text", "email", "call"
---@param fields table of the call: phoneNumber and phoneCode choose a number
---@return string|nil what is set, as a field of the lead; nil where nothing is
---@return string|nil how it is said
function M.forbidden(lead, by, fields)
  if lead.unsubscription then return "unsubscription", "unsubscription is set" end
  local phone = false
  for _, way in ipairs(by) do
    local flag = FLAGS[way]
    if lead[flag] then return flag, flag .. " is set" end
    phone = phone or way ~= "email"
  end
  if not phone then return nil end
  local status = lead.phoneStatuses[place_of(lead, fields.phoneNumber, fields.phoneCode)]
  if DO_NOT_CALL[status] then return "phoneStatuses", "phoneStatuses says " .. DO_NOT_CALL[status] end
end

return M
