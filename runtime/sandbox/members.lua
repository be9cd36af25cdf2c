--- The operations on members of the team.

local json = require "native.json"
local wire = require "sandbox.wire"
local params = require "sandbox.params"
local account = require "sandbox.account"
local roster = require "sandbox.roster"
local offices = require "sandbox.offices"

local M = {}

local MAX_MEMBERS = 1000
local INVITOR = 48102 -- the team's owner
-- Lofty's numbers for `status` are not published; these are ours.
local STATUS = { PENDING = 0, ACTIVE = 1, INACTIVE = 2 }

local function role_of(member)
  if member.admin then
    return 1, "Company Owner"
  elseif member.assistant then
    return 3, "Assistant"
  elseif member.lender then
    return 4, "Lender"
  end
  return 2, "Agent"
end

--- Number and name of a member's role.
---@param member table
---@return integer number
---@return string name
M.role_of = role_of

local function office_reply(office)
  return {
    id = office.id, teamId = account.team_id, parentId = office.parentId, name = office.name, city = office.city,
    state = office.state, phone = office.phone, email = office.email, zipcode = office.zipcode,
    streetAddress = office.streetAddress, status = "ACTIVE", defaultFlag = office.id == account.offices[1].id,
    allowManageSub = office.allowManageSub,
  }
end

-- The ids here are the short ones, unlike those on leads and tasks.
local function member_reply(store, member)
  local role, role_name = role_of(member)
  local office, status = offices.of(store, member), roster.status(store, member)
  local assigned = 0
  for _, lead in pairs(store.leads.stored) do
    assigned = assigned + ((lead.assignedUserId == member.user_id and not lead.trashed) and 1 or 0)
  end
  return {
    id = member.id, teamId = account.team_id, invitorUserId = INVITOR, memberUserId = member.short_user_id,
    role = role, roleName = role_name, firstLetter = params.cut(member.first, 1), email = member.email,
    firstName = member.first, lastName = member.last, phoneNumber = member.phone, virtualNumber = member.virtual,
    status = STATUS[status], newLeadCount = 0, assignedLeadCount = assigned, isAdmin = member.admin or false,
    agentInfo = {
      position = member.position or role_name, companyName = offices.company(store).name, licenseId = member.license,
    },
    timeZoneId = "America/New_York", groupId = office.id, groupName = office.name, group = office_reply(office),
    accountStatus = status,
  }
end

--- GET /v1.0/me
function M.me(store)
  return member_reply(store, account.caller)
end

local function members_of(store, group_ids)
  local wanted
  for _, id in ipairs(group_ids or {}) do
    wanted = wanted or {}
    wanted[params.parse_integer(id)] = true
  end
  local members = {}
  for _, member in ipairs(roster.list(store)) do
    if not wanted or wanted[offices.of(store, member).id] then
      members[#members + 1] = member
    end
  end
  return members
end

--- GET /v1.0/members: offset below 0 counts as 0. The scrollId offered leads nowhere, as seen live. Deactivated and
--- invited members are listed too; accountStatus tells.
function M.list(store, request)
  local query = request.query
  local offset = math.max(0, params.integer(query, "offset", 0))
  local limit = params.integer(query, "limit", 25)
  wire.demand(limit >= 1, "INVALID_PARAMETER")
  wire.demand(limit <= MAX_MEMBERS, "LIMIT_PARAM_OVERSIZE")
  local matches = members_of(store, params.list(query, "groupIds"))
  wire.demand(#matches > 0, "USER_NOT_EXIST")
  local members = json.array({})
  local first = math.min(offset, #matches)
  for i = first + 1, math.min(first + limit, #matches) do
    members[#members + 1] = member_reply(store, matches[i])
  end
  local metadata = {
    collection = "members", limit = limit, offset = offset, total = #matches, scrollId = "bWVtYmVycw==",
  }
  return { _metadata = metadata, members = members }
end

--- GET /v1.0/members/{account}: by login e-mail; who has not accepted the invitation is not found.
function M.get(store, request)
  local member = roster.find_account(store, request.path_params.account)
  wire.demand(member and roster.status(store, member) ~= "PENDING", "USER_NOT_EXIST")
  return member_reply(store, member)
end

--- GET /v1.0/users/{userId}: by either of the two user ids.
function M.get_by_id(store, request)
  local member = roster.find(store, params.parse_integer(request.path_params.userId))
  return member_reply(store, wire.demand(member, "USER_NOT_EXIST"))
end

return M
