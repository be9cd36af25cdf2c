-- sandbox: demo
-- Every list of the API, through its iterator: small pages give what one large page gives.
local t = require "harness"
local identity = require "lofty.identity"
local lofty = require "lofty"
local operations = require "lofty.operations"
local paging = require "lofty.paging"

local DAY = 86400000
local now = lofty.now()
local lead = lofty.leads.list({ limit = 1 })[1].leadId

--- What the lists that need something are given.
local VALUES = {
  leadId = lead, type = 1, logType = "logCall", startTime = now - DAY + 60000, endTime = now + 60000,
  startTimeMs = now + DAY, endTimeMs = now + 3 * DAY,
}
local OWN = {
  ["calendar.list"] = { startTimeMs = now - 30 * DAY, endTimeMs = now + 30 * DAY },
  ["calendar.available_meetings"] = { startTimeMs = now + DAY, endTimeMs = now + 3 * DAY },
  ["messages.search_by_agent"] = { type = "ALL", startTime = now - DAY + 60000, endTime = now + 60000 },
  ["messages.list_by_agent"] = { startTime = now - 30 * DAY, endTime = now + 60000 },
  ["listings.list_for_agent"] = { agentListings = true },
}

local function arguments(name, row)
  local filters, values = OWN[name] and {} or nil, {}
  for key, value in pairs(OWN[name] or {}) do filters[key] = value end
  for index, spec in ipairs(row.params or {}) do values[index] = VALUES[spec.name] end
  for key, spec in pairs(not OWN[name] and (row.query or row.body and row.body.fields) or {}) do
    if spec.required then
      filters = filters or {}
      filters[key] = VALUES[key]
    end
  end
  return values, filters or (row.query or row.body) and {} or nil
end

local function ids(each, row, values, filters)
  local list, count = lofty.array {}, #values
  values[count + 1] = filters
  for item in each(table.unpack(values, 1, count + 1)) do list[#list + 1] = identity.of(row, item) end
  return list
end

local lists, several = 0, 0
for _, name in ipairs(operations.names()) do
  local row = operations.find(name)
  if row.page then
    local resource, verb = name:match("^(.+)%.([^.]+)$")
    local members = lofty
    for part in resource:gmatch("[^.]+") do members = members[part] end
    local each = members[operations.each_name(verb)]
    lists = lists + 1
    t.test(name .. " by " .. row.page, function()
      local whole = ids(each, row, arguments(name, row))
      local size = paging[row.page].size
      if not size then return end
      local values, filters = arguments(name, row)
      filters[size] = 2
      local parts = ids(each, row, values, filters)
      -- A page has some of either list, so that the order depends on the size of pages.
      for _, list in ipairs(row.page == "two_keys" and { parts, whole } or {}) do table.sort(list) end
      t.equal(parts, whole)
      if #whole > 2 then several = several + 1 end
    end)
  end
end

t.test("a list that comes whole takes no limit where that would cut it", function()
  t.raises("lists_test.lua:%d+: calendar.each_available_meetings: goes over all there are; leave out limit", function()
    lofty.calendar.each_available_meetings { startTimeMs = now + DAY, endTimeMs = now + 2 * DAY, limit = 5 }
  end)
end)

t.test("there are many lists, and pages to turn in them", function()
  t.ok(lists >= 37, lists .. " lists")
  t.ok(several >= 5, several .. " with more than a page")
end)


t.test("two tasks that ask one iterator at once are told so, and nothing comes twice", function()
  local next_lead, given, refused = lofty.leads.each { limit = 10 }, {}, 0
  local function work()
    for _ = 1, 10 do
      local ok, item = pcall(next_lead)
      if ok and item then
        given[item.leadId] = (given[item.leadId] or 0) + 1
      elseif not ok then
        t.ok(tostring(item):find("leads.each: two tasks ask one iterator at once", 1, true), item)
        refused = refused + 1
      end
    end
  end
  lofty.map({ 1, 2 }, work)
  t.ok(refused > 0)
  for _, count in pairs(given) do t.equal(count, 1) end
end)
