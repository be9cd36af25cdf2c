-- Transactions: types and statuses that fall back, searches, what is refused.
local t = require "harness"
local json = require "native.json"
local box = require "sandbox_box"

local PETRAKIS, DOYLE, MOSS, ASHBY = 651095960141274, 651095960141907, 651095960142540, 651095960136641
local TRASHED_REASON = { reason = "test" }

local function path_of(lead, id)
  return "/v1.0/leads/" .. lead .. "/transaction" .. (id and "/" .. id or "")
end

local function search(b, query)
  return b:ok("GET", "/v2.0/transactions", query)
end

local function create(b, body, lead)
  return b:ok("POST", path_of(lead or ASHBY), nil, body)
end

-- A deal of the demo seed by its name.
local function find(b, name)
  for _, deal in ipairs(search(b, { transactionType = "All", pageSize = 100 }).pageData) do
    if deal.transactionName == name then
      return deal
    end
  end
  error("no such deal: " .. name)
end

t.test("a search shows purchases only unless told otherwise", function()
  local b = box.new "demo"
  local all = search(b, { transactionType = "All" })
  t.equal(search(b), search(b, { transactionType = "Purchase" }))
  t.ok(search(b).totalCount < all.totalCount)
  local sum = 0
  for _, kind in ipairs { "purchase", "LISTING", "Lease", "Other" } do
    local page = search(b, { transactionType = kind })
    t.ok(page.totalCount > 0, kind)
    for _, deal in ipairs(page.pageData) do
      t.equal(deal.transactionType:lower(), kind:lower())
    end
    sum = sum + page.totalCount
  end
  t.equal(sum, all.totalCount)
end)

t.test("a search pages and counts from 0", function()
  local b = box.new "demo"
  local all = box.pluck(search(b, { transactionType = "All" }).pageData, "transactionId")
  local paged = {}
  for page = 0, 20 do
    local reply = search(b, { transactionType = "All", pageSize = 3, pageNum = page })
    t.equal(reply.pageNum, page)
    t.equal(reply.pageSize, 3)
    t.equal(reply.totalCount, #all)
    table.move(box.pluck(reply.pageData, "transactionId"), 1, 3, #paged + 1, paged)
  end
  t.equal(paged, all)
  t.equal(search(b, { pageNum = math.maxinteger, pageSize = 100 }).pageData, json.array {})
end)

t.test("a search by key looks at name, address and lead, and at 15 characters of the key", function()
  local b = box.new "demo"
  local function names(key)
    return box.pluck(search(b, { queryKey = key, transactionType = "All" }).pageData, "transactionName")
  end
  t.equal(names "summer LEASE", { "Doyle summer lease" })
  t.equal(names "wharf road", { "Petrakis condo" })
  t.equal(#names "joan petrakis", 2)
  t.equal(names "Doyle summer leXXX", { "Doyle summer lease" })
  t.equal(names "Doyle summer lXXXX", {})
end)

t.test("a search can be held to one lead and never shows others' private ones", function()
  local b = box.new "demo"
  t.equal(search(b, { leadId = PETRAKIS, transactionType = "All" }).totalCount, 2)
  t.equal(search(b, { leadId = MOSS, transactionType = "All" }).totalCount, 0)
  t.equal(search(b, { leadId = 5 }).totalCount, 0)
  b:ok("DELETE", "/v1.0/leads/" .. DOYLE, TRASHED_REASON)
  t.equal(search(b, { leadId = DOYLE, transactionType = "All" }).totalCount, 0)
end)

t.test("refusals of a search", function()
  local b = box.new "demo"
  for _, case in ipairs { { { pageNum = -1 }, 20012 }, { { transactionType = "Sale" }, 20012 },
    { { pageSize = 0 }, 20042 }, { { pageSize = 101 }, 20042 }, { { leadId = "x" }, 20012 } } do
    local status, number = b:refused("GET", "/v2.0/transactions", case[1])
    t.equal(status, 400)
    t.equal(number, case[2], json.encode(case[1]))
  end
end)

t.test("a lead's deals come whole, of every type", function()
  local b = box.new "demo"
  local deals = b:ok("GET", "/v1.0/leads/" .. PETRAKIS .. "/transactions")
  t.equal(box.pluck(deals, "transactionType"), { "Listing", "Purchase" })
  t.equal(deals[1].leadName, "Joan Petrakis")
  t.equal(deals[2].commissions.split[1].value, 70)
  t.equal(b:ok("GET", "/v1.0/leads/" .. ASHBY .. "/transactions"), json.array {})
end)

t.test("leads that are not there, trashed or somebody else's", function()
  local b = box.new "demo"
  local deal = find(b, "Doyle summer lease")
  b:ok("DELETE", "/v1.0/leads/" .. DOYLE, TRASHED_REASON)
  for _, lead in ipairs { 5, MOSS, DOYLE } do
    local id = deal.transactionId
    for _, call in ipairs { { "GET", path_of(lead) .. "s" }, { "GET", path_of(lead, id) },
      { "POST", path_of(lead), { transactionName = "x" } }, { "PUT", path_of(lead, id), { gci = 1 } },
      { "GET", path_of(lead, id) .. "/property/address" },
      { "POST", path_of(lead) .. "/property/address", { transactionId = id } } } do
      local status, number = b:refused(call[1], call[2], nil, call[3])
      t.equal(status, 404, call[1] .. call[2])
      t.equal(number, 20006, call[1] .. call[2])
    end
  end
end)

t.test("another lead's deal does not exist", function()
  local b = box.new "demo"
  for _, id in ipairs { 17, find(b, "Doyle summer lease").transactionId } do
    for _, call in ipairs { { "GET", "" }, { "PUT", "", { gci = 1 } }, { "GET", "/property/address" } } do
      local status, number = b:refused(call[1], path_of(PETRAKIS, id) .. call[2], nil, call[3])
      t.equal(status, 404, call[1] .. call[2])
      t.equal(number, 200060, call[1] .. call[2])
    end
  end
end)

t.test("a new deal is there at once, whole", function()
  local b = box.new "demo"
  local fields = {
    transactionName = "12 Elm", transactionType = "Listing", transactionStatus = "ACTIVE", homePrice = 250000.5,
    gci = 7500, closeDate = 1773000000000, leadName = "Bob", assignedAgent = 1, transactionId = 4, created = 1,
  }
  local deal = create(b, fields)
  t.equal(deal, b:ok("GET", path_of(ASHBY, deal.transactionId)))
  t.equal(deal.transactionStatus, "Active")
  t.equal(deal.homePrice, 250000.5)
  t.equal(deal.closeDate, 1773000000000)
  t.equal(deal.leadName, "Nora Ashby", "read only")
  t.equal(deal.assignedAgent, 844710023600001, "read only")
  t.equal(deal.created, box.START)
  t.ok(deal.transactionId > 4)
  t.equal(deal.expectedCloseDate, nil)
end)

t.test("a deal may come with a new lead", function()
  local b = box.new "demo"
  local deal = { transactionName = "12 Elm", transactionType = "Lease" }
  local id = b:ok("POST", "/v1.0/leads", nil, { firstName = "Ada", leadTransaction = deal }).leadId
  local deals = b:ok("GET", "/v1.0/leads/" .. id .. "/transactions")
  t.equal(box.pluck(deals, "transactionStatus"), { "Application" })
  t.equal({ deals[1].transactionName, deals[1].leadName }, { "12 Elm", "Ada" })
  deal.transactionName = "<"
  local _, number = b:refused("POST", "/v1.0/leads", nil, { firstName = "Bo", leadTransaction = deal })
  t.equal(number, 200062)
end)

t.test("an unknown type or status is the first one, without a word", function()
  local b = box.new "demo"
  for _, case in ipairs {
    { { }, "Purchase", "Pre-contract" },
    { { transactionType = "listing" }, "Purchase", "Pre-contract" },
    { { transactionType = "Lease", transactionStatus = "Closed" }, "Lease", "Application" },
    { { transactionStatus = "under contract" }, "Purchase", "Under Contract" },
  } do
    case[1].transactionName = "x"
    local deal = create(b, case[1])
    t.equal({ deal.transactionType, deal.transactionStatus }, { case[2], case[3] })
  end
end)

t.test("names that are blank or hold angle brackets", function()
  local b = box.new "demo"
  for _, case in ipairs { { nil, "blank" }, { "", "blank" }, { " \n", "blank" }, { json.null, "blank" },
    { "a<b", "html" }, { "a>b", "html" } } do
    local status, number, message = b:refused("POST", path_of(ASHBY), nil, { transactionName = case[1] })
    t.equal(status, 400)
    t.equal(number, 200062)
    t.matches(message, case[2])
  end
  local _, number = b:refused("PUT", path_of(PETRAKIS, find(b, "88 Cedar Lane").transactionId), nil,
    { transactionName = "<b>" })
  t.equal(number, 200062)
end)

t.test("commissions and values of the wrong kind", function()
  local b = box.new "demo"
  for _, body in ipairs {
    { homePrice = "much" }, { gci = {} }, { closeDate = "2026-01-01" }, { closeDate = 1.5 },
    { customFields = {} }, { customFields = { "x" } }, { commissions = json.array {} },
    { commissions = { split = json.array { { payType = "BOSS" } } } },
    { commissions = { preSplit = json.array { { splitPayType = "agent" } } } },
    { commissions = { postSplit = json.array { { calculateType = "RATE" } } } },
    { commissions = { split = json.array { { calculateType = "PERCENT", value = 101 } } } },
    { commissions = { split = json.array { { value = -1 } } } },
  } do
    body.transactionName = "x"
    local status, number = b:refused("POST", path_of(ASHBY), nil, body)
    t.equal(status, 400, json.encode(body))
    t.equal(number, 20012, json.encode(body))
  end
  t.equal(b:ok("GET", "/v1.0/leads/" .. ASHBY .. "/transactions"), json.array {}, "nothing was made")
end)

t.test("an update changes what it names", function()
  local b = box.new "demo"
  local old = find(b, "88 Cedar Lane")
  local path = path_of(PETRAKIS, old.transactionId)
  b:wait(1000)
  local deal = b:ok("PUT", path, nil, { transactionStatus = "closed", closeDate = 5, gci = json.null })
  t.equal(deal.transactionStatus, "Closed")
  t.equal(deal.closeDate, 5)
  t.equal(deal.gci, old.gci)
  t.equal(deal.transactionName, "88 Cedar Lane")
  t.equal(deal.updated, box.START + 1000)
  t.equal(deal, b:ok("GET", path))
  t.equal(b:ok("PUT", path, nil, { gci = 1 }).transactionStatus, "Closed", "not named, so kept")
end)

t.test("an update refuses a status that its pipeline does not have", function()
  local b = box.new "demo"
  local path = path_of(PETRAKIS, find(b, "88 Cedar Lane").transactionId)
  for _, body in ipairs { { transactionStatus = "Active" }, { transactionStatus = "" },
    { transactionStatus = "Under Contract", transactionType = "Listing" } } do
    local status, number = b:refused("PUT", path, nil, body)
    t.equal(status, 400, json.encode(body))
    t.equal(number, 200125, json.encode(body))
  end
  t.equal(b:ok("GET", path).transactionStatus, "Under Contract")
  local moved = b:ok("PUT", path, nil, { transactionType = "Listing" })
  t.equal({ moved.transactionType, moved.transactionStatus }, { "Listing", "Pre-listing" })
  local _, commission = b:refused("PUT", path, nil, { commissions = { split = json.array { { value = -1 } } } })
  t.equal(commission, 20012)
end)

t.test("custom fields are replaced as a whole", function()
  local b = box.new "demo"
  local path = path_of(PETRAKIS, find(b, "88 Cedar Lane").transactionId)
  t.equal(box.pluck(b:ok("GET", path).customFields, "id"), { 91005, 91006 })
  local deal = b:ok("PUT", path, nil, { customFields = json.array { { id = 91001, value = "Reed & Co" },
    { id = 4, value = "nobody's" } } })
  t.equal(deal.customFields, { { id = 91001, value = "Reed & Co" } })
  t.equal(b:ok("PUT", path, nil, { customFields = json.array {} }).customFields, json.array {})
end)

t.test("custom fields carry their options as a JSON text", function()
  local fields = box.new("empty"):ok("GET", "/v1.0/transaction/customfields")
  local seen = {}
  for _, field in ipairs(fields) do
    seen[field.type] = true
    if field.type:find "Select" then
      t.ok(#json.decode(field.params) > 1 and json.decode(field.params)[1].label)
    else
      t.equal(field.params, "")
    end
  end
  t.ok(seen["Single-Select"] and seen["Multi-Select"] and seen.DATE)
end)

t.test("each type has a pipeline whose first stage is the default", function()
  local pipelines = box.new("empty"):ok("GET", "/v2.0/transactions/pipelines").pipelines
  t.equal(box.pluck(pipelines, "transactionType"), { "Purchase", "Listing", "Lease", "Other" })
  for _, pipeline in ipairs(pipelines) do
    for i, stage in ipairs(pipeline.stages) do
      t.equal(stage.default, i == 1)
    end
  end
  t.equal(pipelines[1].stages[1].name, "Pre-contract")
end)

