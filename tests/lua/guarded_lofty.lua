--- A pretend Lofty for the tests of lofty.guard: leads by id, a user with a time zone, and what was written to it. Its clock
--- stands still. Require it before anything of lofty.
local clock = require "standing_clock"
local transport = require "transport"

local M = {}

--- What happens while a call waits for its turn.
M.while_waiting = nil ---@type fun()|nil
require("native.quota").take = function()
  if M.while_waiting then M.while_waiting() end
  return 0
end

local lofty = require "lofty"
local leads = require "lofty.guard.leads"

--- Sets the clock.
---@param instant string
function M.at(instant) clock.time = lofty.time.parse(instant) end

--- Answers reads of leads from a list by id, the user's with a zone, and all else with `reply`.
function M.answers(people, reply, zone)
  for id in pairs(people) do leads.forget(id) end
  transport.reply(function(request)
    local target = request.target
    if target == "/v1.0/me" then return { json = { userId = 1, timeZoneId = zone or "America/New_York" } } end
    local id = math.tointeger(tonumber(target:match("^/v1.0/leads/(%d+)$")))
    if request.method == "GET" and id then
      if people[id] then return { json = { lead = people[id] } } end
      return { status = 404, json = { code = 20006, message = "Lead not exist" } }
    end
    if request.method == "GET" and target:find("^/v1.0/leads%?") then
      return { json = { _metadata = { total = #people }, leads = lofty.array(people) } }
    end
    return reply or { json = { messageId = "m" } }
  end)
end

--- The writes that were sent.
function M.written()
  local list = {}
  for _, call in ipairs(transport.calls) do
    if call.method ~= "GET" then list[#list + 1] = call.method .. " " .. call.target end
  end
  return list
end

--- A lead with a number and an address.
function M.lead(id, fields)
  fields = fields or {}
  fields.leadId, fields.firstName = id, "Zoë"
  fields.phones = fields.phones or { "2075550171" }
  fields.emails = fields.emails or { "zoe@example.com" }
  return fields
end

--- A text, an e-mail to a lead.
function M.text(id) return lofty.messages.send_sms { leadId = id, content = "Hello 李" } end
function M.mail(id) return lofty.messages.send_email { leadId = id, subject = "Hi", content = "x" } end

return M
