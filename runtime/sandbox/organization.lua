--- The operations on company, offices and permission profiles. PUT makes an office, POST changes one.

local json = require "native.json"
local wire = require "sandbox.wire"
local codec = require "sandbox.codec"
local params = require "sandbox.params"
local account = require "sandbox.account"
local offices = require "sandbox.offices"

local M = {}

-- The description words orgType as SIGNAL_INSTANCE or MULTI_TEAM and types it as a number; which number is which
-- is not published.
local SIGNAL_INSTANCE = 1
local PROFILES = {
  { id = 9101, name = "Company Owner" }, { id = 9102, name = "Office Manager" }, { id = 9103, name = "Team Lead" },
  { id = 9104, name = "Agent" }, { id = 9105, name = "Assistant" }, { id = 9106, name = "Lender" },
}
local LEAD_PROFILE, AGENT_PROFILE = PROFILES[3], PROFILES[4]

local TEXTS = { "name", "phone", "phoneCode", "phoneCountry", "email", "city", "state", "zipcode", "streetAddress" }

--- GET /v1.0/org: every office for who manages the organization, none for others.
function M.get(store, request)
  local own = offices.of(store, account.caller)
  local profile = request.limited and AGENT_PROFILE or LEAD_PROFILE
  local visible = json.array({})
  for _, office in ipairs(request.limited and {} or offices.list(store)) do
    visible[#visible + 1] = { groupId = office.id, groupName = office.name, parentId = office.parentId }
  end
  return {
    orgType = SIGNAL_INSTANCE,
    enterpriseInfo = {
      groupId = own.id, groupName = own.name, profileId = profile.id, profileName = profile.name,
      visibleOrgInfoList = visible,
    },
  }
end

--- GET /v1.0/org/permission/profiles
function M.list_permission_profiles(_, request)
  wire.demand(not request.limited, "VENDOR_HAS_NO_PERMISSION")
  return json.array(table.move(PROFILES, 1, #PROFILES, 1, {}))
end

local function read(request)
  wire.demand(not request.limited, "PERMISSION_DENIED")
  local fields = {}
  for _, name in ipairs(TEXTS) do
    fields[name] = params.field_text(request.body, name)
  end
  wire.demand(not fields.name or not codec.is_blank(fields.name), "INVALID_PARAMETER")
  return fields
end

-- Fields of an office; a parent that is none, or the office itself, is refused inside HTTP 200.
local function read_office(store, request, own_id)
  local fields = read(request)
  fields.parentId = params.field_integer(request.body, "parentId")
  fields.allowManageSub = params.field_boolean(request.body, "allowManageSub")
  local parent = fields.parentId or 0
  wire.demand(parent == 0 or parent ~= own_id and offices.find(store, parent), "RESOURCE_NOT_EXIST_200")
  return fields
end

local function change(target, fields)
  for name, value in pairs(fields) do
    target[name] = value
  end
end

--- POST /v1.0/org/company
function M.update_company(store, request)
  local fields = read(request)
  fields.header = params.field_text(request.body, "header")
  change(offices.company(store), fields)
  return { code = 0, message = "success" }
end

--- PUT /v1.0/org/office: a new office; an id in the body is ignored.
function M.add_office(store, request)
  local fields = read_office(store, request)
  wire.demand(fields.name, "INVALID_PARAMETER")
  fields.parentId = fields.parentId or 0
  local office = offices.add(store, fields)
  return { code = 0, message = "success", data = { id = office.id } }
end

--- POST /v1.0/org/office: changes the office named by `id`.
function M.update_office(store, request)
  local id = params.field_integer(request.body, "id")
  local fields = read_office(store, request, id)
  wire.demand(id, "INVALID_PARAMETER")
  change(wire.demand(offices.find(store, id), "RESOURCE_NOT_EXIST"), fields)
  return { code = 0, message = "success" }
end

return M
