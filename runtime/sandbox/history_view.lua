--- Entries of the history as the several operations show them.

local times = require "sandbox.times"

local M = {}

local function capital(direction)
  return direction == "outbound" and "Outbound" or "Inbound"
end

local function clock(seconds)
  return string.format("%02d:%02d", seconds // 60, seconds % 60)
end

-- What the log of a call tells without a record of the dialer's.
local function logged_call(entry)
  return {
    id = entry.id, userId = entry.agentId, agentId = entry.agentId, leadId = entry.leadId,
    leadPhoneNumber = entry.phone, direction = capital(entry.direction), callingOutcome = entry.outcome,
    note = entry.content, createTime = times.plain(entry.time), updateTime = times.plain(entry.time),
  }
end

--- A call (CallResponse). Calls logged by hand lack what only the dialer knows.
---@param entry table of kind call
---@param id? integer the dialer's id of the call, instead of the communication's
---@return table
function M.call(entry, id)
  local reply = logged_call(entry)
  local dialer = entry.dialer
  if not dialer then
    return reply
  end
  local ends = entry.time + dialer.duration * times.SECOND
  reply.id, reply.dialerCallRecordId = id or entry.id, dialer.recordId
  reply.status, reply.duration, reply.rateScore = dialer.status, dialer.duration, dialer.rating
  reply.userPhoneNumber, reply.showUserNumber = dialer.from, dialer.from
  reply.startTime, reply.endTime = times.plain(entry.time), times.plain(ends)
  reply.updateTime = times.plain(ends)
  reply.recordingSwitch, reply.isMachineAnswered = dialer.recording ~= nil, dialer.status == "VoiceMail"
  reply.elapsedTime, reply.price = clock(dialer.rang), dialer.duration // 60 * 0.01 + 0.01
  return reply
end

--- A call with the few members of the second version's list (CallHistory).
---@param entry table of kind call
---@return table
function M.call_v2(entry)
  return {
    id = entry.id, agentId = entry.agentId, leadId = entry.leadId, createTime = times.plain(entry.time),
    direction = entry.direction, leadPhoneNumber = entry.phone,
  }
end

--- A text message (TextResponse).
---@param entry table of kind text
---@return table
function M.text(entry)
  return {
    id = entry.id, leadId = entry.leadId, direction = capital(entry.direction), agentId = entry.agentId,
    textOutcome = entry.outcome, textTime = times.plain(entry.time), textType = entry.way,
    textContent = entry.content,
  }
end

--- An e-mail (EmailResponse); its content is never shown.
---@param entry table of kind email
---@return table
function M.email(entry)
  return {
    id = entry.id, leadId = entry.leadId, direction = capital(entry.direction), agentId = entry.agentId,
    eventType = entry.event, emailEventTime = times.plain(entry.time), emailType = entry.way,
    emailSubject = entry.subject, fromPond = false,
  }
end

local function event_type(entry)
  if entry.kind == "email" then
    return entry.event .. " Email"
  end
  return entry.kind == "call" and "Call" or "Text"
end

--- Any entry, as a search by agent shows it (CommunicationResponse).
---@param entry table
---@return table
function M.communication(entry)
  local dialer = entry.dialer
  local status = entry.outcome
  if entry.kind == "email" then
    status = entry.event == "Bounced" and "Bounced" or "Delivered"
  elseif entry.kind == "call" then
    status = dialer and dialer.status
  end
  return {
    id = entry.id, leadId = entry.leadId, agentId = entry.agentId, direction = capital(entry.direction),
    callOutcome = entry.kind == "call" and entry.outcome or nil,
    callDuration = dialer and tostring(dialer.duration) or nil, status = status,
    communicationTime = times.plain(entry.time), communicationType = entry.way:upper(),
    eventType = event_type(entry), fromPond = false,
  }
end

--- A manual log (LogTypeResponse).
---@param entry table whose way is Logged
---@return table
function M.log(entry)
  return {
    id = entry.id, leadId = entry.leadId, content = entry.content, createTime = times.plain(entry.time),
    outboundOrInbound = entry.direction, isPin = entry.isPin, agentId = entry.agentId,
    leadPhoneNumber = entry.kind == "call" and entry.phone or nil,
    callingOutcome = entry.kind == "call" and entry.outcome or nil,
    emailSubject = entry.kind == "email" and entry.subject or nil,
    toEmail = entry.kind == "email" and entry.to or nil,
    fromEmail = entry.kind == "email" and entry.from or nil,
  }
end

return M
