--- Field specifications that more than one operation uses. Data only; lofty.check explains the keys.
local M = {}

local yes_no = { type = "string", enum = { "Yes", "No" } }
local time_frame = { type = "string", enum = { "1-3", "3-6", "6-12", "12+", "Just Looking", "Refinancing" } }
local phones = { type = "array", of = { type = "string", max_length = 20, not_blank = true } }
local emails = { type = "array", of = { type = "string", not_blank = true } }
local birthday = { type = "string", format = "birthday" }
local home_type = {
  type = "string",
  enum = {
    "Single Family Home", "Multi-Family", "Condo", "Townhouse",
    "Mobile Home", "Manufactured Home", "Vacant Land", "Commercial",
  },
}

--- Names of tags. Lofty keeps the first 64 characters of a longer one without a word.
local tags = {
  type = "array",
  of = { type = "string", max_length = 64, not_blank = true, hint = "write the names: tag.tagName" },
  note = "names, not ids: a number would create a tag named after it, and tags cannot be deleted again",
}

--- Names of segments (called groups before). Lofty keeps the first 30 characters of a longer one.
local segments = { type = "array", of = { type = "string", max_length = 30, not_blank = true } }

M.time = { type = "string", format = "iso-offset" }
M.time_zone = { type = "string", format = "time-zone", note = "IANA name, such as America/Los_Angeles" }

M.location = {
  type = "object",
  note = "routes every lead that is not a Seller",
  fields = {
    stateCode = { type = "string" },
    city = { type = "string" },
    zipCode = { type = "string" },
    county = { type = "string" },
    streetAddress = { type = "string" },
    description = { type = "string" },
  },
}

M.inquiry = {
  type = "object",
  fields = {
    priceMin = { type = "integer" },
    priceMax = { type = "integer" },
    propertyType = { type = "array", of = home_type },
    bedroomsMin = { type = "integer" },
    bedroomsMax = { type = "integer" },
    bathroomsMin = { type = "string" },
    bathroomsMax = { type = "string" },
    locations = { type = "array", of = M.location },
    id = { type = "integer" },
    leadUserId = { type = "integer" },
    modifyByAgent = { type = "boolean" },
    createTime = { type = "string" },
    updateTime = { type = "string" },
    defaultValue = { type = "boolean" },
  },
}

local property_fields = {
  price = { type = "integer" },
  priceMax = { type = "integer", note = "written only, never returned" },
  priceMin = { type = "integer", note = "written only, never returned" },
  state = { type = "string" },
  city = { type = "string" },
  streetAddress = { type = "string" },
  zipCode = { type = "string" },
  county = { type = "string" },
  propertyType = home_type,
  bedrooms = { type = "integer" },
  bathrooms = { type = "number" },
  squareFeet = { type = "integer" },
  lotSize = { type = "number", note = "acres" },
  parkingSpace = { type = "integer" },
  floors = { type = "integer" },
  mailAddress = { type = "boolean", note = "true: a mailing address; otherwise the address of a property" },
  id = { type = "integer", note = "without it, or at 0 and below, the property is matched by its address" },
  leadUserId = { type = "integer" },
  listingId = { type = "string" },
  autoListingId = { type = "integer" },
  label = { type = "string" },
  note = { type = "string" },
  listingStatus = { type = "string" },
  labelList = { type = "string" },
  pictureUrl = { type = "string" },
  siteListingUrl = { type = "string" },
  labelType = { type = "string" },
}

--- A property that something refers to; it may be without an address.
M.listing = { type = "object", fields = property_fields }

--- A property being stored: Lofty refuses it (PROPERTY_ADDRESS_EMPTY) when all four address fields are blank.
M.property = {
  type = "object",
  fields = property_fields,
  at_least_one = { "city", "state", "zipCode", "streetAddress" },
  note = "routes a lead of type Seller",
}

M.custom_attribute = {
  type = "object",
  fields = {
    attributeName = { type = "string", required = true, not_blank = true },
    attributeType = {
      type = "string",
      required = true,
      enum = {
        "text", "number", "date", "anniversary_date", "single_select", "multi_select", "dropdown",
        "percentage", "currency",
      },
    },
    value = { type = "string", required = true, note = 'a multi_select takes JSON text: ["a","b"]' },
    params = { type = "string", note = 'JSON text with the options of a select: {"option":["a","b"]}' },
  },
}

M.family_member = {
  type = "object",
  fields = {
    relationship = { type = "string" },
    firstName = { type = "string", required = true, not_blank = true },
    lastName = { type = "string" },
    phones = phones,
    emails = emails,
    birthday = birthday,
  },
}

local payee = {
  type = "string",
  enum = { "TEAM", "AGENT", "VENDOR_PARTNER", "LEAD", "OTHER", "BROKERAGE", "UPLINE" },
}

local commission = {
  type = "object",
  fields = {
    id = { type = "integer" },
    splitPayType = payee,
    splitPayTo = { type = "integer" },
    splitPayToName = { type = "string" },
    payType = payee,
    payTo = { type = "integer" },
    payToName = { type = "string" },
    value = { type = "integer" },
    calculateType = { type = "string", enum = { "PERCENT", "AMOUNT" } },
    desc = { type = "string" },
  },
}

--- No moment before March 1973 can be written, for the same number read as seconds is one in the year 5138.
local epoch_ms = {
  type = "integer",
  min = 100000000000,
  low_hint = "it looks like seconds; this is milliseconds since 1970",
  note = "milliseconds since 1970, UTC",
  example = "lofty.now()",
}
M.epoch_ms = epoch_ms

M.transaction = {
  type = "object",
  fields = {
    created = { type = "integer", readonly = true },
    updated = { type = "integer", readonly = true },
    transactionId = { type = "integer", readonly = true },
    leadName = { type = "string", readonly = true },
    assignedAgent = { type = "integer", readonly = true },
    transactionName = { type = "string", required = true, not_blank = true, format = "no-html" },
    transactionType = { type = "string", enum = { "Purchase", "Listing", "Lease", "Other" } },
    transactionStatus = {
      type = "string",
      note = "a stage of that type's pipeline; Lofty turns any other into the first stage without a word",
    },
    homePrice = { type = "number" },
    commissionRate = { type = "number", note = "percent: 3 is 3%" },
    gci = { type = "number" },
    teamRevenue = { type = "number" },
    agentRevenue = { type = "number" },
    expectedCloseDate = epoch_ms,
    closeDate = epoch_ms,
    appointmentDate = epoch_ms,
    agreementSignedDate = epoch_ms,
    offerDate = epoch_ms,
    contractDate = epoch_ms,
    appraisalDate = epoch_ms,
    homeInspectionDate = epoch_ms,
    escrowDate = epoch_ms,
    expiration = epoch_ms,
    customFields = {
      type = "array",
      of = { type = "object", fields = { id = { type = "integer" }, value = { type = "string" } } },
      note = "replaces all custom fields of the transaction",
    },
    commissions = {
      type = "object",
      fields = {
        preSplit = { type = "array", of = commission },
        split = { type = "array", of = commission },
        postSplit = { type = "array", of = commission },
      },
    },
  },
}

--- What leads.create and leads.update both take. Address fields at this level and groups are deprecated.
M.lead = {
  firstName = { type = "string", max_length = 30, note = "Lofty would keep the first 30 characters" },
  lastName = { type = "string", max_length = 30, note = "Lofty would keep the first 30 characters" },
  emails = emails,
  phones = phones,
  leadTypes = {
    type = "array",
    of = { type = "integer", enum = { -1, 1, 2, 5, 6, 7, 8, 9 } },
    note = "-1 other, 1 seller, 2 buyer, 5 renter, 6 investor, 7 agent, 8 homeowner, 9 landlord",
  },
  assignedUserId = { type = "integer", note = "given: assigned to that agent; absent on create: routed by the rules" },
  streetAddress = { type = "string", note = "deprecated: use property" },
  city = { type = "string", note = "deprecated: use property" },
  state = { type = "string", note = "deprecated: use property" },
  zipCode = { type = "string", note = "deprecated: use property" },
  referredBy = { type = "string" },
  stage = { type = "string", max_length = 19, not_blank = true, note = "team.list_pipelines names the stages" },
  groups = { type = "array", of = segments.of, note = "deprecated: use segments" },
  segments = segments,
  tags = tags,
  tagsAdd = tags,
  source = { type = "string" },
  inquiry = M.inquiry,
  property = M.property,
  unsubscription = { type = "boolean" },
  cannotText = { type = "boolean" },
  cannotCall = { type = "boolean" },
  cannotEmail = { type = "boolean" },
  customAttributeList = { type = "array", of = M.custom_attribute },
  birthday = birthday,
  buyingTimeFrame = time_frame,
  sellingTimeFrame = time_frame,
  preQual = yes_no,
  houseToSell = yes_no,
  fthb = yes_no,
  withBuyerAgent = yes_no,
  mortgage = yes_no,
  buyHouse = yes_no,
  withListingAgent = yes_no,
  leadTransaction = M.transaction,
  leadFamilyMemberList = { type = "array", of = M.family_member, max_items = 4 },
  language = { type = "string", enum = { "en", "fr", "de", "es", "zh-CN", "zh-TW", "ja" } },
  ownershipId = { type = "integer", note = "office id for OFFICE, user id for PERSONAL, ignored for TEAM" },
  ownershipScope = { type = "string", enum = { "TEAM", "OFFICE", "PERSONAL" } },
}

--- Whoever names a narrower ownership must say whose it is.
M.ownership_rule = { field = "ownershipId", when = "ownershipScope", is = { "OFFICE", "PERSONAL" } }

M.tags = tags

--- A copy of `base` with the fields of `extra` added or put in their place.
---@param base table<string, table>
---@param extra table<string, table>
---@return table<string, table>
function M.extend(base, extra)
  local fields = {}
  for name, spec in pairs(base) do fields[name] = spec end
  for name, spec in pairs(extra) do fields[name] = spec end
  return fields
end

return M
