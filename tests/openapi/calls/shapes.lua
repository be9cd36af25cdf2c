--- Bodies and parts of bodies that several calls share, with every field filled in.
local M = {}

--- A transaction as it may be written.
function M.transaction(context, name)
  local function commission(payee)
    return {
      id = 1, splitPayType = payee, splitPayTo = 844710023600019, splitPayToName = "Marcus Okafor",
      payType = "BROKERAGE", payTo = 13233, payToName = "Harbor Street Realty", value = 30, calculateType = "PERCENT",
      desc = "referral",
    }
  end
  return {
    transactionName = name, transactionType = "Listing", homePrice = 512500.5,
    transactionStatus = context.transaction_stage,
    commissionRate = 2.75, gci = 14093, teamRevenue = 4093, agentRevenue = 10000,
    expectedCloseDate = context.ms(60), closeDate = context.ms(61), appointmentDate = context.ms(2),
    agreementSignedDate = context.ms(3), offerDate = context.ms(20), contractDate = context.ms(22),
    appraisalDate = context.ms(30), homeInspectionDate = context.ms(31), escrowDate = context.ms(40),
    expiration = context.ms(180),
    customFields = { { id = context.transaction_field, value = "corner lot" } },
    commissions = {
      preSplit = { commission("VENDOR_PARTNER") }, split = { commission("AGENT") },
      postSplit = { commission("UPLINE") },
    },
  }
end

--- A property or an address, as one is stored with a lead.
function M.property(street)
  return {
    price = 450000, priceMin = 400000, priceMax = 500000, state = "ME", city = "Portland", streetAddress = street,
    zipCode = "04101", county = "Cumberland", propertyType = "Condo", bedrooms = 3, bathrooms = 2.5, squareFeet = 1480,
    lotSize = 0.25, parkingSpace = 1, floors = 2, mailAddress = false, id = 0, leadUserId = 701122334455667,
    listingId = "ME-20931", autoListingId = 900100200300400, label = "Home", note = "back gate",
    listingStatus = "Active", labelList = "Home", pictureUrl = "https://img.example.com/1.jpg",
    siteListingUrl = "https://example.com/l/1", labelType = "Home",
  }
end

M.inquiry = {
  priceMin = 250000, priceMax = 480000, propertyType = { "Single Family Home", "Multi-Family" }, bedroomsMin = 2,
  bedroomsMax = 4, bathroomsMin = "1", bathroomsMax = "3",
  locations = {
    { stateCode = "ME", city = "Portland", zipCode = "04101", county = "Cumberland", streetAddress = "Harbor Street",
      description = "near the water" },
    { city = "Bangor" },
  },
  id = 880100200300400, leadUserId = 701122334455667, modifyByAgent = true, createTime = "2026-01-05T10:00:00Z",
  updateTime = "2026-01-06T10:00:00Z", defaultValue = false,
}

--- What a lead has when it is created and may be given when it is updated, less its tags.
function M.lead(context, email)
  return {
    firstName = "Solveig", lastName = "Marchbanks", emails = { email, "second." .. email },
    phones = { "+12075550171", "2075550172" }, leadTypes = { 2, -1 }, assignedUserId = context.my_user,
    streetAddress = "7 Cedar Lane", city = "Portland", state = "ME", zipCode = "04101", referredBy = "Jo Brandt",
    stage = "Contacted", groups = { "Sellers" }, segments = { "First-Time Buyers", "Downtown" }, source = "Open House",
    inquiry = M.inquiry, property = M.property("8 Cedar Lane"), unsubscription = false, cannotText = false,
    cannotCall = false, cannotEmail = false,
    customAttributeList = {
      { attributeName = "Pets", attributeType = "multi_select", value = '["cat","dog"]',
        params = '{"option":["cat","dog","none"]}' },
      { attributeName = "Moving date", attributeType = "date", value = "2026-09-01" },
    },
    birthday = "Jun 5, 1991", buyingTimeFrame = "3-6", sellingTimeFrame = "Just Looking", preQual = "Yes",
    houseToSell = "No", fthb = "Yes", withBuyerAgent = "No", mortgage = "Yes", buyHouse = "Yes",
    withListingAgent = "No", leadTransaction = M.transaction(context, "8 Cedar Lane"),
    leadFamilyMemberList = {
      { relationship = "Husband", firstName = "Anders", lastName = "Marchbanks", phones = { "+12075550173" },
        emails = { "anders.marchbanks@example.com" }, birthday = "Feb 29, 1988" },
      { firstName = "Pia" },
    },
    language = "fr", ownershipScope = "PERSONAL", ownershipId = context.my_user,
  }
end

--- A copy of a table with other fields.
function M.with(base, fields)
  local copy = {}
  for name, value in pairs(base) do copy[name] = value end
  for name, value in pairs(fields) do copy[name] = value end
  return copy
end

return M
