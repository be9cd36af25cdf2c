--- Members, tags and lead stages of the account.

local json = require "native.json"
local wire = require "sandbox.wire"
local times = require "sandbox.times"
local params = require "sandbox.params"
local account = require "sandbox.account"

local M = {}

local MAX_MEMBERS = 1000

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

local function office_reply(office)
  return {
    id = office.id, teamId = account.team_id, name = office.name, city = office.city, state = office.state,
    status = "ACTIVE", defaultFlag = office.id == account.offices[1].id,
  }
end

-- The ids here are the short ones, unlike those on leads and tasks.
local function member_reply(store, member)
  local role, role_name = role_of(member)
  local office = account.offices[member.office]
  local assigned = 0
  for _, lead in pairs(store.leads.stored) do
    assigned = assigned + ((lead.assignedUserId == member.user_id and not lead.trashed) and 1 or 0)
  end
  return {
    id = member.id, teamId = account.team_id, invitorUserId = 48102, memberUserId = member.short_user_id,
    role = role, roleName = role_name, firstLetter = member.first:sub(1, 1), email = member.email,
    firstName = member.first, lastName = member.last, phoneNumber = member.phone, virtualNumber = member.virtual,
    status = 1, newLeadCount = 0, assignedLeadCount = assigned, isAdmin = member.admin or false,
    agentInfo = { position = role_name, companyName = "Harborline Homes" }, timeZoneId = "America/New_York",
    groupId = office.id, groupName = office.name, group = office_reply(office), accountStatus = "ACTIVE",
  }
end

--- GET /v1.0/me
function M.me(store)
  return member_reply(store, account.caller)
end

local function members_of(group_ids)
  local wanted
  for _, id in ipairs(group_ids or {}) do
    wanted = wanted or {}
    wanted[params.parse_integer(id)] = true
  end
  local members = {}
  for _, member in ipairs(account.members) do
    if not wanted or wanted[account.offices[member.office].id] then
      members[#members + 1] = member
    end
  end
  return members
end

--- GET /v1.0/members: offset below 0 counts as 0. The scrollId offered leads nowhere, as seen live.
function M.list_members(store, request)
  local query = request.query
  local offset = math.max(0, params.integer(query, "offset", 0))
  local limit = params.integer(query, "limit", 25)
  wire.demand(limit >= 1, "INVALID_PARAMETER")
  wire.demand(limit <= MAX_MEMBERS, "LIMIT_PARAM_OVERSIZE")
  local matches = members_of(params.list(query, "groupIds"))
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

local function tag_reply(tag, lead_id)
  return {
    leadId = lead_id, tagId = tag.id, tagName = tag.name, visibleType = 1, creatorUserId = account.caller.user_id,
    createTime = times.iso(tag.created), updateTime = times.iso(tag.created),
  }
end

--- GET /v1.0/teamFeatures/listTag: definitions (leadId 0) and applied instances in one array, as seen live. Computed
--- leads of a large seed show theirs only once they were changed.
function M.list_tags(store)
  local tags = json.array({})
  for _, tag in ipairs(store.tag_definitions) do
    tags[#tags + 1] = tag_reply(tag, 0)
  end
  local ids = {}
  for position in pairs(store.leads.stored) do
    ids[#ids + 1] = position
  end
  table.sort(ids)
  for _, position in ipairs(ids) do
    local lead = store.leads:at(position)
    for _, tag in ipairs(store.leads.is_visible(lead) and lead.tags or {}) do
      tags[#tags + 1] = tag_reply(tag, lead.leadId)
    end
  end
  return tags
end

--- GET /v1.0/teamFeatures/lead-pipelines: the lead stages, ten to a page unless asked otherwise.
function M.list_pipelines(_, request)
  local query = request.query
  local page, size = params.integer(query, "currPage", 0), params.integer(query, "pageSize", 10)
  wire.demand(page >= 0 and size >= 1, "INVALID_PARAMETER")
  local name = (params.text(query, "name") or ""):lower()
  local matches = {}
  for _, pipeline in ipairs(account.pipelines) do
    if pipeline.name:lower():find(name, 1, true) then
      matches[#matches + 1] = { id = pipeline.id, name = pipeline.name }
    end
  end
  -- Bounded before multiplying: the numbers asked for may be anything.
  local step = math.min(size, #matches)
  local first = math.min(page, #matches) * step
  local pipelines = json.array({})
  for i = first + 1, math.min(first + step, #matches) do
    pipelines[#pipelines + 1] = matches[i]
  end
  local metadata = { collection = "pipelines", limit = size, offset = page * size, total = #matches }
  return { _metadata = metadata, pipelines = pipelines }
end

M.routes = {
  { "GET", "/v1.0/me", M.me },
  { "GET", "/v1.0/members", M.list_members },
  { "GET", "/v1.0/teamFeatures/listTag", M.list_tags },
  { "GET", "/v1.0/teamFeatures/lead-pipelines", M.list_pipelines },
}

return M
