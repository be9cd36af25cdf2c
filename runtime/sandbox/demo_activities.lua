--- The demo seed's visits to the website, and the contact that is linked with Brokermint. Read by demo.lua.

local times = require "sandbox.times"
local site_activities = require "sandbox.site_activities"
local brokermint = require "sandbox.lead_brokermint"

local M = {}

local SITE = "https://homes.example.com"

-- Each row: lead's last name, type, text, hours ago, path, more. `times` repeats it, an hour earlier each time.
local VISITS = {
  { "Ashby", "Submission", "Home valuation form", 30, "/valuation", pageName = "Home Valuation" },
  { "Larkin", "Browse", "88 Cedar Lane, Portland", 26, "/listing/4410002", times = 2 },
  { "Larkin", "Favorite", "88 Cedar Lane, Portland", 25, "/listing/4410002" },
  { "Larkin", "Request", "88 Cedar Lane, Portland", 24, "/listing/4410002", scheduledDate = "2026-03-07 10:00" },
  { "Johnston", "Search", "Condo in Portland, up to 420000", 50, "/search?q=condo" },
  { "Greer", "Browse", "31 Mill Road, South Portland", 75, "/listing/4410005" },
  -- More than one page: she came back to the site and has not stopped looking since.
  { "Desrosiers", "Search", "Waterfront in Portland", 2, "/search?q=waterfront" },
  { "Desrosiers", "Browse", "14 Harbor Street, Portland", 3, "/listing/4410001", times = 120 },
}

local function add_visit(store, lead, row, created)
  site_activities.add(store, lead.leadId, {
    type = row[2], text = row[3], link = SITE .. row[5], picture = SITE .. "/photo.jpg", created = created,
    pageName = row.pageName, scheduledDate = row.scheduledDate,
  })
end

--- Fills the store.
---@param store table with the demo seed's leads
---@param now integer epoch milliseconds
---@param by_name table<string, table> leads by last name
function M.fill(store, now, by_name)
  for _, row in ipairs(VISITS) do
    for i = 0, (row.times or 1) - 1 do
      add_visit(store, by_name[row[1]], row, now - (row[4] + i) * times.HOUR)
    end
  end
  brokermint.link(store, "bm-20417", by_name.Petrakis.leadId)
end

return M
