--- What leads do on the website. Anybody may report it, and it is listed a hundred at a time, latest first.

local json = require "native.json"
local wire = require "sandbox.wire"
local params = require "sandbox.params"
local leads = require "sandbox.leads"
local lead_property = require "sandbox.lead_property"

local M = {}

local PAGE_SIZE = 100
local TYPES = { Search = true, Browse = true, Favorite = true, Request = true, Submission = true }

local function lists(store)
  return store:part("site_activities", function()
    return { by_lead = {}, serial = 0 }
  end)
end

--- Keeps an activity of a lead.
---@param store table
---@param lead_id integer
---@param activity table LeadActivity, complete
function M.add(store, lead_id, activity)
  local all = lists(store)
  all.serial = all.serial + 1
  all.by_lead[lead_id] = all.by_lead[lead_id] or {}
  table.insert(all.by_lead[lead_id], { serial = all.serial, shown = activity })
end

--- POST /v1.0/leads/{leadId}/activity: a visit to the site. A listing may go with it.
function M.create(store, request)
  local body = request.body
  local activity = { type = params.field_text(body, "type") or "" }
  wire.demand(TYPES[activity.type], "INVALID_PARAMETER")
  for _, name in ipairs { "text", "link", "picture" } do
    activity[name] = wire.demand(params.field_text(body, name), "INVALID_PARAMETER")
  end
  activity.created = wire.demand(params.field_integer(body, "created"), "INVALID_PARAMETER")
  activity.scheduledDate = params.field_text(body, "scheduledDate")
  activity.pageName = params.field_text(body, "pageName")
  local listing = params.field_object(body, "listing")
  if listing then
    activity.listing = lead_property.read_fields(listing)
    activity.listing.priceMin, activity.listing.priceMax = nil, nil -- can be written, is never shown
  end
  local lead = leads.demand_editable(store, request)
  M.add(store, lead.leadId, activity)
  store:happen(3, "created", { leadId = lead.leadId })
  lead.visited = math.max(lead.visited or 0, activity.created)
  return { leadId = lead.leadId }
end

--- GET /v1.0/leads/{leadId}/activities: a bare array; the size of a page is fixed, a limit is ignored.
function M.list(store, request)
  local page = params.integer(request.query, "curPage", 0)
  wire.demand(page >= 0, "INVALID_PARAMETER")
  local lead = leads.demand(store, params.parse_integer(request.path_params.leadId))
  local own = lists(store).by_lead[lead.leadId] or {}
  local sorted = table.move(own, 1, #own, 1, {})
  table.sort(sorted, function(a, b)
    local x, y = a.shown.created, b.shown.created
    return x > y or (x == y and a.serial > b.serial)
  end)
  -- Bounded before multiplying: the page asked for may be any.
  local first = math.min(page, #sorted) * PAGE_SIZE
  local shown = json.array({})
  for i = first + 1, math.min(first + PAGE_SIZE, #sorted) do
    shown[#shown + 1] = sorted[i].shown
  end
  return shown
end

return M
