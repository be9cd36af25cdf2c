--- Fills a store with the demo seed. All times count back from the moment the box was made.

local account = require "sandbox.account"
local times = require "sandbox.times"
local people = require "sandbox.demo_people"
local deals = require "sandbox.demo_deals"
local past = require "sandbox.demo_history"
local sales = require "sandbox.demo_sales"
local work = require "sandbox.demo_work"
local activities = require "sandbox.demo_activities"
local details = require "sandbox.demo_details"
local listings = require "sandbox.demo_listings"

local M = {}

local STREETS = { "Harbor Street", "Cedar Lane", "Juniper Way", "Mill Road", "Orchard Avenue" }
local OPTIONS = { "cannotText", "cannotCall", "cannotEmail", "unsubscription", "buyingTimeFrame", "preQual", "mortgage",
  "opportunity", "language", "foreign" }

local function property(store, index)
  return {
    id = store:next_id("property"), streetAddress = 10 + index * 3 .. " " .. STREETS[index % #STREETS + 1],
    city = "Portland", state = "ME", zipCode = "04101", bedrooms = 2 + index % 3,
  }
end

local function make_lead(store, index, row, now)
  local id, first, last, stage, source, owner, created, touched, score = table.unpack(row, 1, 9)
  local lead = {
    leadId = id, leadUserId = store:next_id("lead_user"), firstName = first, lastName = last,
    emails = { (first .. "." .. last .. "@example.com"):lower() },
    phones = { string.format("+1207555%04d", 110 + index) },
    stage = stage, source = source, score = score, assignedUserId = account.members[owner].user_id,
    created = now - created * times.DAY, assigned = now - created * times.DAY + 2 * times.MINUTE,
    touched = touched >= 0 and now - touched * times.DAY - 37 * times.MINUTE or nil,
    leadTypes = row.leadTypes or { 2 }, tags = {}, segments = {},
    properties = index % 4 == 0 and { property(store, index) } or {},
    inquiry = index % 3 == 0 and { priceMin = 250000, priceMax = 480000, bedroomsMin = 2 } or nil,
  }
  lead.updated = lead.touched or lead.assigned
  lead.visited = index % 2 == 0 and lead.updated or nil
  for _, name in ipairs(row.tags or {}) do
    lead.tags[#lead.tags + 1] = store:tag(name, lead.created)
  end
  for _, name in ipairs(OPTIONS) do
    lead[name] = row[name]
  end
  return lead
end

-- Adds the leads oldest first, as positions demand, and returns them by last name.
local function add_leads(store, now)
  local leads, by_name = {}, {}
  for index, row in ipairs(people) do
    leads[index] = make_lead(store, index, row, now)
    by_name[leads[index].lastName] = leads[index]
  end
  table.sort(leads, function(a, b)
    return a.created < b.created
  end)
  for _, lead in ipairs(leads) do
    store.leads:add(lead)
  end
  return by_name
end

local function end_of(row, now)
  local ends = now + row[4] * times.HOUR
  if row.today then
    ends = math.min(ends, times.day_start(now) + times.DAY - times.MINUTE)
  end
  return ends - ends % times.MINUTE
end

local function add_tasks(store, by_name, now)
  for _, row in ipairs(work.tasks) do
    local lead = by_name[row[1]]
    local ends = end_of(row, now)
    local created = math.min(ends, now) - 2 * times.DAY
    local id = store:next_id("task")
    store.tasks[id] = {
      id = id, leadId = lead.leadId, creatorId = lead.assignedUserId, assignedUserId = lead.assignedUserId,
      type = row[2], content = row[3], startAt = ends - (row.hours or 0) * times.HOUR, endAt = ends,
      timeZoneCode = "America/New_York", assignedRole = "Agent", address = row.address, smart = row.smart,
      finished = row.finished and now + row.finished * times.HOUR or nil, created = created, updated = created,
    }
  end
end

local function add_notes(store, by_name, now)
  for _, row in ipairs(work.notes) do
    local lead = by_name[row[1]]
    local id = store:next_id("note")
    local created = now - row[2] * times.HOUR
    store.notes[id] = {
      id = store:next_id("timeline"), noteId = id, leadId = lead.leadId, content = row[3],
      creatorId = lead.assignedUserId, editorId = lead.assignedUserId, created = created, updated = created,
      isPin = row.pinned or false, system = row.system or false,
    }
  end
end

local function add_webhooks(store)
  for _, row in ipairs(work.webhooks) do
    store.webhooks[#store.webhooks + 1] = {
      subscribeId = store:next_id("webhook"), teamId = account.team_id, listId = row[1], callbackUrl = row[2],
      vendorId = row.partner and account.partner_vendor_id or account.vendor_id,
      limit = row.limit or 100, permissionMode = row.mode or 0,
    }
  end
end

--- Fills the store.
---@param store table empty
---@param now integer epoch milliseconds
function M.fill(store, now)
  local by_name = add_leads(store, now)
  add_tasks(store, by_name, now)
  add_notes(store, by_name, now)
  deals.fill(store, now, by_name)
  past.fill(store, now, by_name)
  sales.fill(store, now, by_name)
  add_webhooks(store)
  activities.fill(store, now, by_name)
  details.fill(store, by_name)
  listings.fill(store, now)
end

return M
