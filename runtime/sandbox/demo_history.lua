--- The demo seed's calls, texts, e-mails, manual logs and system logs.

local times = require "sandbox.times"
local account = require "sandbox.account"
local history = require "sandbox.history"
local system_logs = require "sandbox.system_logs"

local M = {}

-- Each row: lead's last name, hours ago, direction (out or in), status, seconds, outcome, more.
local CALLS = {
  { "Larkin", 21, "out", "Completed", 342, "Talked", note = "Wants to counter at 490.", recorded = true, rating = 5 },
  { "Larkin", 30, "in", "Missed", 0 },
  { "Larkin", 400, "out", "VoiceMail", 38, "VoiceMessage", recorded = true },
  { "Johnston", 47, "out", "Completed", 611, "Talked", note = "Pre-approval is through.", recorded = true, rating = 4 },
  { "Johnston", 190, "out", "NoAnswer", 0, "NoAnswer" },
  { "Greer", 75, "in", "Completed", 128, "Talked", recorded = true },
  { "Petrakis", 52, "out", "Completed", 203, "Talked", rating = 3 },
  { "Brandt", 148, "out", "Busy", 0, "NoAnswer" },
  { "Oyelaran", 340, "out", "Failed", 0, "BadNumber" },
  { "Fairley", 1690, "out", "Completed", 95, "Talked", recorded = true },
  { "Moss", 190, "out", "Completed", 480, "Talked", recorded = true },
}

-- Each row: lead's last name, hours ago, direction, way, content, outcome.
local TEXTS = {
  { "Larkin", 25, "out", "Manual", "The seller came back at 502. Call tonight?", "Delivered" },
  { "Larkin", 24, "in", "Manual", "Yes, after six.", "Delivered" },
  { "Ashby", 23, "out", "Auto", "Thanks for your request, Nora. When may we call?", "Delivered" },
  { "Tanaka", 71, "out", "Auto", "Welcome to Portland! Which parts of town do you like?", "Delivered" },
  { "Desrosiers", 4, "in", "Manual", "Is Juniper Way still available?", "Delivered" },
  { "Desrosiers", 3, "out", "Manual", "It is. Tour on Saturday?", "Delivered" },
  { "Solberg", 2905, "in", "Manual", "STOP", "Delivered" },
  { "Haddad", 280, "out", "Auto", "Open house this Sunday at 2 pm.", "Undelivered" },
  { "Greer", 73, "out", "Manual", "The yard at Mill Road is fenced.", "Delivered" },
}

-- Each row: lead's last name, hours ago, direction, way, subject, event.
local EMAILS = {
  { "Ashby", 22, "out", "Auto", "Homes picked for you", "Sent" },
  { "Ashby", 20, "out", "Auto", "Homes picked for you", "Opened" },
  { "Johnston", 46, "out", "Manual", "Your pre-approval checklist", "Sent" },
  { "Johnston", 44, "in", "Manual", "Re: Your pre-approval checklist", "Sent" },
  { "Venning", 910, "out", "Manual", "What your home could bring", "Sent" },
  { "Venning", 900, "out", "Manual", "What your home could bring", "Opened" },
  { "Dahl", 790, "out", "Auto", "Newsletter", "Sent" },
  { "Doyle", 791, "out", "Auto", "Newsletter", "Bounced" },
  { "Petrakis", 51, "out", "Manual", "Inspection appointment", "Sent" },
}

-- Each row: lead's last name, hours ago, direction, kind, content, more.
local LOGS = {
  { "Greer", 298, "in", "call", "Called from the open house, asked about schools.", outcome = "Talked" },
  { "Greer", 250, "out", "call", "Rang the office line, nobody there.", outcome = "NoAnswer" },
  { "Greer", 120, "out", "call", "Left word with the spouse.", outcome = "VoiceMessage", pinned = true },
  { "Greer", 118, "out", "email", "Sent the disclosure by own mail.", subject = "Disclosure",
    from = "dana.private@example.com" },
  { "Venning", 880, "in", "text", "Texted my private phone: list after June." },
  { "Larkin", 28, "out", "call", "Met at the closing table of a friend.", outcome = "Talked" },
  { "Moss", 180, "out", "call", "Private talk.", outcome = "Talked" },
}

-- Each row: lead's last name, hours ago, type, content, `by_system` where nobody did it.
local SYSTEM = {
  { "Larkin", 500, 40, { assignedTo = "Dana Whitlock" }, by_system = true },
  { "Larkin", 480, 38, { fromStageName = "New Lead", toStageName = "Contacted" } },
  { "Larkin", 300, 38, { fromStageName = "Contacted", toStageName = "Qualified" } },
  { "Larkin", 28, 38, { fromStageName = "Qualified", toStageName = "Hot" } },
  { "Larkin", 19, 17, { noteContent = "Counter-offer sent, waiting for the seller." } },
  { "Tanaka", 70, 103, { taskType = "Email", taskContent = "Day 3: market snapshot", planName = "New buyers" },
    by_system = true },
  { "Ashby", 23, 40, { assignedTo = "Dana Whitlock" }, by_system = true },
  { "Petrakis", 1400, 38, { fromStageName = "Hot", toStageName = "Under Contract" } },
  { "Obi", 720, 38, { fromStageName = "Under Contract", toStageName = "Closed" } },
  { "Greer", 69, 17, { noteContent = "Prefers a fenced yard; budget confirmed with spouse." } },
  { "Moss", 200, 38, { fromStageName = "Contacted", toStageName = "Qualified" } },
}

local DIRECTIONS = { out = "outbound", ["in"] = "inbound" }

local function call(store, lead, row)
  local id = store:next_id("dialer_call")
  return {
    kind = "call", way = "Manual", phone = lead.phones[1], outcome = row[6], content = row.note,
    dialer = {
      callId = id, recordId = store:next_id("dialer_record"), status = row[4], duration = row[5],
      from = account.caller.virtual, rang = 4 + row[5] % 9, rating = row.rating or 0,
      recording = row.recorded and string.format("call-%d", id) or nil,
    },
  }
end

local function text(_, lead, row)
  return { kind = "text", way = row[4], content = row[5], outcome = row[6], to = lead.phones[1] }
end

local function email(_, lead, row)
  return { kind = "email", way = row[4], subject = row[5], content = "", event = row[6], to = lead.emails[1] }
end

local function log(_, lead, row)
  local is_email = row[4] == "email"
  return {
    kind = row[4], way = "Logged", content = row[5], outcome = row.outcome, isPin = row.pinned or false,
    phone = row[4] == "call" and lead.phones[1] or nil, subject = row.subject,
    to = is_email and lead.emails[1] or nil, from = row.from, event = is_email and "Sent" or nil,
  }
end

-- Rows of all tables, oldest first, each with what makes its entry.
local function in_order()
  local rows = {}
  for _, kind in ipairs { { CALLS, call }, { TEXTS, text }, { EMAILS, email }, { LOGS, log } } do
    for _, row in ipairs(kind[1]) do
      rows[#rows + 1] = { row = row, make = kind[2] }
    end
  end
  table.sort(rows, function(a, b)
    local x, y = a.row, b.row
    return x[2] > y[2] or (x[2] == y[2] and x[1] < y[1])
  end)
  return rows
end

local function add_system_logs(store, now, by_name)
  local rows = table.move(SYSTEM, 1, #SYSTEM, 1, {})
  table.sort(rows, function(a, b)
    return a[2] > b[2]
  end)
  for _, row in ipairs(rows) do
    local lead = by_name[row[1]]
    system_logs.add(store, lead.leadId, row[3], row[4], {
      agentId = row.by_system and 0 or lead.assignedUserId, time = now - row[2] * times.HOUR,
    })
  end
end

--- Fills the store.
---@param store table
---@param now integer epoch milliseconds
---@param by_name table<string, table> leads by last name
function M.fill(store, now, by_name)
  for _, item in ipairs(in_order()) do
    local row = item.row
    local lead = by_name[row[1]]
    local entry = item.make(store, lead, row)
    entry.leadId, entry.agentId, entry.direction = lead.leadId, lead.assignedUserId, DIRECTIONS[row[3]]
    entry.time = now - row[2] * times.HOUR
    entry.created = entry.time
    history.add(store, entry)
  end
  add_system_logs(store, now, by_name)
end

return M
