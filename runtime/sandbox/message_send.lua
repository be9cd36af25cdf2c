--- Sending a text or an e-mail to a lead. Nothing leaves the box: what was sent is kept in the history and, for tests,
--- in `store.sent`. Success does not prove delivery, as seen live; the history tells.

local wire = require "sandbox.wire"
local codec = require "sandbox.codec"
local params = require "sandbox.params"
local account = require "sandbox.account"
local access = require "sandbox.access"
local history = require "sandbox.history"

local M = {}

local function needed_text(body, name)
  local text = params.field_text(body, name)
  wire.demand(text and not codec.is_blank(text), "INVALID_PARAMETER")
  return text
end

-- Only 400 is documented here, so a lead that is not there is a wrong parameter.
local function read_lead(store, body)
  local id = wire.demand(params.field_integer(body, "leadId"), "INVALID_PARAMETER")
  return access.demand_managed_lead(store, id, "INVALID_PARAMETER", "PERMISSION_DENIED")
end

-- The lead's own address or number that was asked for, else the first one.
local function choose(own, wanted, normal)
  for _, address in ipairs(own) do
    if wanted and normal(address) == normal(wanted) then
      return address
    end
  end
  return wire.demand(own[1], "INVALID_PARAMETER")
end

local function keep(store, entry)
  entry.way, entry.direction, entry.agentId = "Manual", "outbound", account.caller.user_id
  store.sent[#store.sent + 1] = history.add(store, entry)
  return entry
end

-- The message's own id, which leads to no communication id.
local function message_id(prefix, entry)
  return string.format("%s%016x", prefix, entry.id * 0x9E3779B97F4A7C15)
end

-- Country code and number; numbers outside North America are not taken apart.
local function split_phone(phone)
  local number = codec.phone_digits(phone)
  return #number == 10 and "1" or "", number
end

--- POST /v1.0/message/sms/send: to the number asked for if it is the lead's, else to the lead's first. What becomes of
--- a text to a lead who must not be texted is not documented; ours is accepted and not delivered.
function M.sms(store, request)
  local body = request.body
  local content = needed_text(body, "content")
  local number, code = params.field_text(body, "phoneNumber"), params.field_text(body, "phoneCode")
  local lead = read_lead(store, body)
  wire.demand(account.caller.virtual ~= "", "INVALID_PARAMETER")
  local phone = choose(lead.phones, number and (code or "") .. number, codec.phone_digits)
  local entry = keep(store, {
    kind = "text", leadId = lead.leadId, content = content, to = phone,
    outcome = lead.cannotText and "Undelivered" or "Delivered",
  })
  local phone_code, phone_number = split_phone(phone)
  return { messageId = message_id("SM", entry), phoneNumber = phone_number, phoneCode = phone_code }
end

--- POST /v1.0/message/email/send: to the address asked for if it is the lead's, else to the lead's first.
function M.email(store, request)
  local body = request.body
  local subject, content = needed_text(body, "subject"), needed_text(body, "content")
  local wanted = params.field_text(body, "toEmail")
  local lead = read_lead(store, body)
  local entry = keep(store, {
    kind = "email", leadId = lead.leadId, subject = subject, content = content,
    to = choose(lead.emails, wanted, string.lower), event = "Sent",
  })
  return { messageId = message_id("EM", entry), toEmail = entry.to, subject = subject }
end

return M
