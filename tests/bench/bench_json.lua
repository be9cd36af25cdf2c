-- Decoding and encoding a page of 100 leads, every member of a lead present: native.json against the
-- bare lua-cjson that it is built on, in one state. Prints the medians and their ratio.

local json, cjson = ...
local ROUNDS, BATCH = 41, 5

-- Invented, and the same every time.
local seed = 20240229
local function random(low, high)
  seed = (seed * 6364136223846793005 + 1442695040888963407) & math.maxinteger
  return low + (seed >> 20) % (high - low + 1)
end

local FIRST = { "Avery", "Blake", "Carmen", "Dalia", "Emre", "Fatima", "Goran", "Héloïse", "Imani", "Jun" }
local LAST = { "Abbott", "Brook", "Castillo", "Dunn", "Eriksen", "Fontaine", "García", "Hale", "Ibarra" }
local CITY = { "Springfield", "Rivertown", "Lakeside", "Oak Harbor", "Fairview" }
local STREET = { "Maple Street", "Old Mill Road", "Harbor Lane", "Juniper Court", "Second Avenue" }
local function one(list) return list[random(1, #list)] end
local function id() return random(100000000000000, 8999999999999999) end -- 15 and 16 digits
local function time() return ("2024-%02d-%02dT%02d:%02d:%02d-08:00"):format(random(1, 12), random(1, 28),
  random(0, 23), random(0, 59), random(0, 59)) end
local function phone() return ("+1555555%04d"):format(random(100, 199)) end
local function mail() return ("person%d@example.com"):format(random(1, 99999)) end
local function flag() return random(0, 1) == 1 end
local function many(low, high, make)
  local list = {}
  for i = 1, random(low, high) do list[i] = make() end
  return json.array(list)
end

local function place(into)
  into.city, into.state, into.zipCode = one(CITY), "CA", ("%05d"):format(random(90001, 96162))
  into.county, into.streetAddress = "Orange County", random(1, 9999) .. " " .. one(STREET)
  return into
end

local function tag()
  return { leadId = id(), tagId = id(), createTime = time(), updateTime = time(),
    tagName = "tag " .. random(1, 500), creatorUserId = id(), visibleType = random(0, 2) }
end

local function property()
  return place { price = random(100000, 2000000), propertyType = "Single Family Home", bedrooms = random(1, 6),
    bathrooms = random(2, 9) / 2, squareFeet = random(500, 6000), lotSize = random(100, 90000) / 100,
    parkingSpace = random(0, 4), floors = random(1, 3), mailAddress = flag(), id = id(), leadUserId = id(),
    listingId = "ML" .. random(1000000, 9999999), autoListingId = id(), label = "Home", note = "",
    listingStatus = "Active", labelList = "Home,Mailing", labelType = "1", priceMax = random(500000, 900000),
    pictureUrl = "https://img.example.com/p/" .. id() .. ".jpg", priceMin = random(100000, 400000),
    siteListingUrl = "https://homes.example.com/listing-detail/" .. id() .. "/ca" }
end

local function inquiry()
  return { priceMin = random(100000, 400000), priceMax = random(500000, 900000), bedroomsMin = 2, bedroomsMax = 5,
    propertyType = json.array { "Single Family Home", "Condo" }, bathroomsMin = "1.5", bathroomsMax = "4",
    locations = many(1, 2, function() return place { stateCode = "CA", description = "near the lake" } end),
    id = id(), leadUserId = id(), modifyByAgent = flag(), createTime = time(), updateTime = time(),
    defaultValue = flag() }
end

local function lead()
  local first, last = one(FIRST), one(LAST)
  return place { cannotText = flag(), cannotCall = flag(), cannotEmail = flag(), leadId = id(), leadUserId = id(),
    firstName = first, lastName = last, birthday = "1984-05-17", emails = many(1, 3, mail), phones = many(1, 2, phone),
    leadSource = random(1, 90), source = "Open House", stageId = random(1, 20), stage = "New Lead",
    assignedUserId = id(), assignedUser = one(FIRST) .. " " .. one(LAST), lenderUserId = id(), score = random(0, 100),
    tags = many(2, 6, tag), teamId = id(), createTime = time(), assignTime = time(), hiddenFlag = flag(),
    facebook = "https://social.example.com/" .. id(), twitter = "@" .. first:lower(), referredBy = "",
    leadInquiry = inquiry(), leadPropertyList = many(1, 2, property), lastUpdateTime = time(),
    customAttributes = many(0, 4, function()
      return { attributeName = "Preferred school", attributeType = "text", value = "Any", params = "" }
    end),
    groups = many(0, 2, function() return "VIP Clients" end), segments = many(0, 2, function() return "Downtown" end),
    unsubscription = flag(), leadTypes = json.array { 2, 5 }, lastTouch = time(), lastVisit = time(),
    phoneStatuses = json.array { 2 }, assignCompletionStatus = flag(), buyingTimeFrame = "6-12", preQual = "Yes",
    houseToSell = "No", fthb = "Yes", withBuyerAgent = "No", sellingTimeFrame = "1-3", mortgage = "Yes",
    buyHouse = "Yes", withListingAgent = "No", opportunity = "Back to Site",
    leadFamilyMemberList = many(0, 2, function()
      return { relationship = "Spouse", firstName = one(FIRST), lastName = last, phones = many(1, 1, phone),
        emails = many(1, 1, mail), birthday = "1986-11-02" }
    end),
    pondId = id(), pondName = "Main pond", language = "en", ownershipId = id(), ownershipScope = "TEAM",
    customRoleList = many(11, 11, function()
      return { roleId = id(), role = "Role " .. random(1, 11), assigneeId = id(), assignee = one(FIRST) .. " " .. one(LAST) }
    end) }
end

local function median(times)
  table.sort(times)
  return times[(#times + 1) // 2]
end

local function measure(f, x)
  collectgarbage()
  local start = os.clock()
  for _ = 1, BATCH do f(x) end
  return (os.clock() - start) / BATCH * 1000
end

-- The two take turns, so that whatever else the machine does falls on both.
local function compare(name, exact, bare, x)
  local exact_times, bare_times = {}, {}
  measure(exact, x)
  measure(bare, x)
  for i = 1, ROUNDS do
    exact_times[i] = measure(exact, x)
    bare_times[i] = measure(bare, x)
  end
  local e, b = median(exact_times), median(bare_times)
  print(("%s\t%.3f ms\tbare lua-cjson %.3f ms\tratio %.2f"):format(name, e, b, e / b))
  return e, b
end

local leads = {}
for i = 1, 100 do leads[i] = lead() end
local page = { leads = leads, _metadata = { collection = "leads", limit = 100, offset = 0, total = 48211,
  scrollId = "c2Nyb2xsLWlk" } }
local text = assert(json.encode(page))
print(("a page of 100 leads, %d bytes, medians of %d"):format(#text, ROUNDS))
local de, db = compare("decode", json.decode, cjson.decode, text)
local ee, eb = compare("encode", json.encode, cjson.encode, assert(json.decode(text)))
local ratio = (de + ee) / (db + eb)
print(("decode and encode\tratio %.2f\tbar 1.60"):format(ratio))
return ratio <= 1.6
