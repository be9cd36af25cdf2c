-- GET /v1.0/leads: filters, order, offset and scroll paging.
local t = require "harness"
local json = require "native.json"
local box = require "sandbox_box"

local function list(b, query)
  return b:ok("GET", "/v1.0/leads", query)
end

local function names(page)
  return table.concat(box.pluck(page.leads, "lastName"), " ")
end

t.test("25 to a page, newest first, with its metadata", function()
  local page = list(box.new "demo")
  t.equal(#page.leads, 25)
  t.equal(page._metadata.collection, "leads")
  t.equal(page._metadata.limit, 25)
  t.equal(page._metadata.offset, 0)
  t.equal(page._metadata.total, 30)
  for i = 2, #page.leads do
    t.ok(page.leads[i - 1].createTime >= page.leads[i].createTime, i)
  end
end)

t.test("limits out of range, and values of the wrong type", function()
  local b = box.new "demo"
  for _, case in ipairs { { "limit", 0, 20042 }, { "limit", 101, 20042 }, { "limit", "ten", 20012 },
    { "offset", -1, 20012 }, { "contacted", "maybe", 20012 }, { "assignedUserId", "me", 20012 },
    { "scrollId", "never-issued", 20012 }, { "desc", "down", 20012 }, { "groupIds", "x", 20012 },
    { "roleAssigneeFilters", "{", 20012 } } do
    local status, number = b:refused("GET", "/v1.0/leads", { [case[1]] = case[2] })
    t.equal(status, 400, case[1])
    t.equal(number, case[3], case[1] .. "=" .. case[2])
  end
end)

t.test("unknown parameters are ignored without a word", function()
  local b = box.new "demo"
  local query = { page = 3, pageSize = 2, keyword = "Nora", stageId = 100305, startTime = "x" }
  t.equal(list(b, query).leads, list(b).leads)
end)

t.test("a scroll sees every lead once, and its last page is empty", function()
  local b = box.new "demo"
  local seen, count = {}, 0
  local page = list(b, { limit = 7, assignedUserId = 844710023600001 })
  while #page.leads > 0 do
    t.equal(page._metadata.total, 25)
    for _, lead in ipairs(page.leads) do
      t.equal(seen[lead.leadId], nil)
      seen[lead.leadId], count = true, count + 1
    end
    page = list(b, { scrollId = page._metadata.scrollId })
  end
  t.equal(count, 25)
end)

t.test("a scroll is steady while leads come and go", function()
  local b = box.new "demo"
  local page = list(b, { limit = 10 })
  b:ok("POST", "/v1.0/leads", nil, { firstName = "Late" })
  b:ok("DELETE", "/v1.0/leads/" .. page.leads[1].leadId, { reason = "test" })
  local total = #page.leads
  repeat
    page = list(b, { scrollId = page._metadata.scrollId })
    total = total + #page.leads
  until #page.leads == 0
  t.equal(total, 30)
end)

t.test("scroll ids expire after an hour and do not survive damage", function()
  local b = box.new "demo"
  local id = list(b)._metadata.scrollId
  local _, damaged = b:refused("GET", "/v1.0/leads", { scrollId = "A" .. id:sub(2) .. "A" })
  t.equal(damaged, 20012)
  b:wait(3599000)
  list(b, { scrollId = id })
  b:wait(1000)
  local _, number = b:refused("GET", "/v1.0/leads", { scrollId = id })
  t.equal(number, 20012)
end)

t.test("offset pages agree with a scroll, filtered or not", function()
  local b = box.new "demo"
  for _, query in ipairs { {}, { stage = "Contacted" }, { sort = "Score" }, { desc = "false" } } do
    query.limit = 100
    local all = box.pluck(list(b, query).leads, "leadId")
    local paged = {}
    query.limit = 4
    for offset = 0, #all, 4 do
      query.offset = offset
      for _, lead in ipairs(list(b, query).leads) do
        paged[#paged + 1] = lead.leadId
      end
    end
    t.equal(paged, all, json.encode(query))
  end
end)

-- Query, and the last names that must come, in order.
for _, case in ipairs {
  { { stage = "Under Contract" }, "Petrakis Winslow" },
  { { stage = "Under Contract,Archived" }, "Petrakis Winslow Bertrand Crane" },
  { { stage = "hot lead" }, "" },
  { { email = "Beau.Larkin@Example.com", preciseSearchFlag = "true" }, "Larkin" },
  { { email = "eau.larkin@example.com", preciseSearchFlag = "true" }, "" },
  { { phone = "207-555-0111", preciseSearchFlag = "true" }, "Ashby" },
  { { phone = "2075550111" }, "Ashby" },
  { { phone = "nonsense" }, "" },
  { { source = "Referral", contacted = "false" }, "Castellano" },
  { { contacted = "false", stage = "New Lead", source = "Website" }, "Ashby Pruitt" },
  { { allTags = "Buyer,VIP" }, "Larkin" },
  { { anyTags = "VIP,Past Client" }, "Castellano Larkin Obi Doyle" },
  { { languages = "fr,de" }, "Desrosiers Lehtinen" },
  { { key = "lark" }, "Larkin" },
  { { key = "5550112" }, "Thornton" },
  { { key = "nora ash" }, "Ashby" },
  { { assignedUserId = 844710023600037 }, "Whitaker Feldman" },
  { { roleAssigneeFilters = '[{"roleName":"Agent","assigneeToIds":[844710023600037]}]' }, "Whitaker Feldman" },
  { { segments = "Nobody" }, "" },
  { { sort = "Score", limit = 3 }, "Larkin Desrosiers Amaral" },
  { { sort = "Score", desc = "false", limit = 2 }, "Crane Bertrand" },
  { { sort = "LastContact", limit = 2 }, "Desrosiers Larkin" },
  { { sort = "CreateTime", desc = "false", limit = 2 }, "Crane Bertrand" },
  { { sort = "lastUpdateTime", limit = 2 }, "Ashby Thornton" },
} do
  t.test("leads where " .. json.encode(case[1]), function()
    t.equal(names(list(box.new "demo", case[1])), case[2])
  end)
end

t.test("leads nobody touched come last in either direction", function()
  local b = box.new "demo"
  for _, desc in ipairs { "true", "false" } do
    local leads = list(b, { sort = "LastContact", desc = desc, limit = 100 }).leads
    for i = #leads - 5, #leads do
      t.equal(leads[i].lastTouch, nil, desc .. i)
    end
  end
end)

t.test("numbers and bytes nobody means are answered, not stumbled over", function()
  local b = box.new "demo"
  for _, query in ipairs { { offset = math.maxinteger }, { offset = math.maxinteger, desc = "false" },
    { offset = math.maxinteger, sort = "Score" } } do
    t.equal(#list(b, query).leads, 0)
  end
  local _, number = b:refused("GET", "/v1.0/leads", { key = "\255" })
  t.equal(number, 20012)
  local pipelines = "/v1.0/teamFeatures/lead-pipelines"
  t.equal(#b:ok("GET", pipelines, { pageSize = math.maxinteger }).pipelines, 11)
  t.equal(#b:ok("GET", "/v1.0/members", { offset = math.maxinteger }).members, 0)
end)

t.test("repeated parameters are taken together", function()
  local page = list(box.new "demo", { { "stage", "Under Contract" }, { "stage", "Archived" } })
  t.equal(names(page), "Petrakis Winslow Bertrand Crane")
end)

t.test("somebody else's private lead is in no list", function()
  t.equal(names(list(box.new "demo", { key = "Moss" })), "")
end)

