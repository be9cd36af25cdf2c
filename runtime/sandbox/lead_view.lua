--- A lead as a reply shows it (LeadResponse), with the live habits that were seen: -1 and "N/A" for what is not
--- set, all roles always listed, times ending in GMT.

local json = require "native.json"
local account = require "sandbox.account"
local times = require "sandbox.times"

local M = {}

local QUALIFICATION = { "buyingTimeFrame", "sellingTimeFrame", "preQual", "houseToSell", "fthb", "withBuyerAgent",
  "mortgage", "buyHouse", "withListingAgent" }
M.QUALIFICATION = QUALIFICATION
local FLAGS = { "cannotText", "cannotCall", "cannotEmail", "unsubscription", "hiddenFlag" }
local ADDRESS = { "streetAddress", "city", "state", "zipCode" }

-- Replies are encoded and thrown away, so parts that are the same for many leads are made once.
local EMPTY = json.array({})

local function list(items)
  return items and json.array(items) or EMPTY
end

local function tags_of(lead)
  local tags = json.array({})
  for i, tag in ipairs(lead.tags) do
    tags[i] = {
      leadId = lead.leadId, tagId = tag.id, tagName = tag.name, creatorUserId = account.caller.user_id,
      visibleType = 1, createTime = times.gmt(tag.created), updateTime = times.gmt(tag.created),
    }
  end
  return tags
end

local plain_roles = {} -- the agent's long id -> the roles of a lead that has nobody else

local function make_roles(lead)
  local roles = json.array({})
  for i, role in ipairs(account.roles) do
    local member = account.member(lead.roles and lead.roles[role.name])
    if role.name == "Agent" then
      member = account.member(lead.assignedUserId)
    end
    roles[i] = {
      roleId = role.id, role = role.name,
      assigneeId = member and member.user_id or 0, assignee = member and member.email or "",
    }
  end
  return roles
end

local function roles_of(lead)
  if lead.roles then
    return make_roles(lead)
  end
  local agent = lead.assignedUserId or 0
  plain_roles[agent] = plain_roles[agent] or make_roles(lead)
  return plain_roles[agent]
end

local function phone_statuses(lead)
  local statuses = json.array({})
  for i in ipairs(lead.phones) do
    statuses[i] = lead.cannotCall and 4 or (lead.touched and 3 or 2)
  end
  return statuses
end

local function inquiry_of(lead)
  local given = lead.inquiry or {}
  return {
    priceMin = given.priceMin or -1, priceMax = given.priceMax or -1,
    bedroomsMin = given.bedroomsMin or -1, bedroomsMax = given.bedroomsMax or -1,
    bathroomsMin = given.bathroomsMin or "-1", bathroomsMax = given.bathroomsMax or "-1",
    propertyType = list(given.propertyType), locations = list(given.locations),
    leadUserId = lead.leadUserId, modifyByAgent = false, defaultValue = lead.inquiry == nil,
  }
end

-- One property, numbers that are not set as -1. Its range of prices can be written but is never shown.
local function property_of(lead, property)
  local shown = {
    price = -1, bedrooms = -1, bathrooms = -1, squareFeet = -1, lotSize = -1, parkingSpace = -1, floors = -1,
    mailAddress = false, label = "", leadUserId = lead.leadUserId,
  }
  for name, value in pairs(property) do
    shown[name] = value
  end
  shown.priceMin, shown.priceMax = nil, nil
  return shown
end

local function properties_of(lead)
  if not lead.properties then
    return EMPTY
  end
  local properties = json.array({})
  for i, property in ipairs(lead.properties) do
    properties[i] = property_of(lead, property)
  end
  return properties
end

local function add_address(reply, lead)
  local first = lead.properties and lead.properties[1] or EMPTY
  for _, name in ipairs(ADDRESS) do
    reply[name] = first[name] or ""
  end
end

local function add_times(reply, lead)
  reply.createTime = times.gmt(lead.created)
  reply.assignTime = times.gmt(lead.assigned or lead.created)
  reply.lastUpdateTime = times.gmt(lead.updated or lead.created)
  reply.lastTouch = times.gmt(lead.touched)
  reply.lastVisit = times.gmt(lead.visited)
end

local function add_flags(reply, lead)
  for _, name in ipairs(FLAGS) do
    reply[name] = lead[name] or false
  end
  for _, name in ipairs(QUALIFICATION) do
    reply[name] = lead[name] or "N/A"
  end
  reply.privateFlag = false -- seen live, not in the description, as is leadType
  reply.leadType = (lead.leadTypes or {})[1] or -1
end

--- The whole reply object of a lead.
---@param lead table as kept in lead_store
---@return table
function M.reply(lead)
  local reply = {
    leadId = lead.leadId, leadUserId = lead.leadUserId, teamId = account.team_id,
    firstName = lead.firstName, lastName = lead.lastName or "", birthday = lead.birthday,
    emails = list(lead.emails), phones = list(lead.phones), phoneStatuses = phone_statuses(lead),
    leadSource = lead.leadSource or -1, source = lead.source or "", score = lead.score or 0,
    stage = lead.stage, stageId = account.stage_id(lead.stage),
    assignedUserId = lead.assignedUserId or 0, assignedUser = account.user_name(lead.assignedUserId),
    lenderUserId = lead.roles and lead.roles.Lender or 0, assignCompletionStatus = true,
    tags = tags_of(lead), segments = list(lead.segments), groups = list(lead.segments),
    leadTypes = list(lead.leadTypes), leadInquiry = inquiry_of(lead), leadPropertyList = properties_of(lead),
    customAttributes = list(lead.customAttributes), leadFamilyMemberList = list(lead.family),
    customRoleList = roles_of(lead), facebook = "", twitter = "", referredBy = lead.referredBy or "",
    opportunity = lead.opportunity, pondId = 0, pondName = "", language = lead.language or "en",
    ownershipScope = lead.ownershipScope or "PERSONAL",
    ownershipId = lead.ownershipId or lead.assignedUserId or 0,
  }
  add_address(reply, lead)
  add_times(reply, lead)
  add_flags(reply, lead)
  return reply
end

return M
