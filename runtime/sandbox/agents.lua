--- The operations on agents. None of them tells a failure by its HTTP status alone: adding wraps data and error in one
--- object, (de)activating answers 200 whatever happens.

local json = require "native.json"
local wire = require "sandbox.wire"
local codec = require "sandbox.codec"
local params = require "sandbox.params"
local account = require "sandbox.account"
local roster = require "sandbox.roster"
local offices = require "sandbox.offices"

local M = {}

local MAX_TAGS = 20
local MAX_TEXT = 255 -- long texts of a profile are cut; the real lengths are not published
local ROLES = { assistant = "assistant", lender = "lender" } -- role names that change what a member is

-- Runs a handler and puts what it refused into the object that these operations answer with.
local function enveloped(handler, nothing, status)
  return function(store, request)
    local ok, result = pcall(handler, store, request)
    if ok then
      return { data = result, errorCode = 0, errorMsg = "" }
    elseif not wire.is_refusal(result) then
      error(result, 0)
    end
    local number, message, own_status = wire.fault(result)
    local text = assert(json.encode { data = nothing, errorCode = number, errorMsg = message })
    return wire.answer(status or own_status, "application/json;charset=UTF-8", text)
  end
end

local function filled(body, name)
  local text = params.field_text(body, name)
  return wire.demand(text and not codec.is_blank(text) and text, "INVALID_PARAMETER")
end

local function create(store, request)
  wire.demand(not request.limited, "PERMISSION_DENIED")
  local info = wire.demand(params.field_object(request.body, "accountInfo"), "INVALID_PARAMETER")
  local work = params.field_object(request.body, "workInfo") or {}
  wire.demand(params.field_integer(request.body, "accountType"), "INVALID_PARAMETER")
  local member = {
    first = filled(info, "firstName"), last = filled(info, "lastName"), email = filled(info, "emailAddress"),
    phone = "+" .. (params.field_text(info, "phoneCode") or "1") .. codec.phone_digits(filled(info, "phoneNumber")),
    virtual = "", office = 1, office_id = params.field_integer(info, "groupId"),
    position = params.field_text(work, "position", MAX_TEXT),
    license = params.field_text(work, "licenseId", MAX_TEXT),
  }
  wire.demand(member.email:find("^[^%s@]+@[^%s@]+$"), "INVALID_PARAMETER")
  wire.demand(not member.office_id or offices.find(store, member.office_id), "INVALID_PARAMETER")
  local role = ROLES[(params.field_text(info, "roleName") or ""):lower()]
  if role then
    member[role] = true
  end
  -- An account that exists already is no failure, but there is no new id to tell.
  if roster.find_account(store, member.email) then
    return 0
  end
  return roster.add(store, member).user_id
end

--- POST /v1.0/agent/profile/add: the new agent's user id in `data`. HTTP 200 also when it failed. The agent is invited,
--- and takes a seat only when the invitation is accepted.
M.create = enveloped(create, 0, 200)

local function agent_tags(store)
  return store:part("agent_tags", function()
    return { defined = { ["Mentor"] = true, ["Luxury"] = true, ["New Agent"] = true }, of = {} }
  end)
end

local function read_tags(body)
  local names = params.field_array(body, "tagNames", function(value)
    local name = params.as_text(value)
    return wire.demand(not codec.is_blank(name) and name, "INVALID_PARAMETER")
  end)
  return wire.demand(names and #names >= 1 and #names <= MAX_TAGS and names, "INVALID_PARAMETER")
end

local function add_tags(store, request)
  local names = read_tags(request.body)
  local auto_create = params.field_boolean(request.body, "autoCreate") or false
  wire.demand(not request.limited, "PERMISSION_DENIED")
  local member = roster.find(store, params.parse_integer(request.path_params.agentId))
  wire.demand(member, "USER_NOT_EXIST")
  local tags = agent_tags(store)
  for _, name in ipairs(names) do
    wire.demand(auto_create or tags.defined[name], "RESOURCE_NOT_EXIST")
  end
  tags.of[member.id] = tags.of[member.id] or {}
  for _, name in ipairs(names) do
    tags.defined[name], tags.of[member.id][name] = true, true
  end
  store:happen(1, "updated", { agentId = member.user_id })
  return true
end

--- POST /v1.0/agent/{agentId}/tag/add: all names or none.
M.add_tags = enveloped(add_tags, false)

-- The agent to be activated or deactivated; every refusal of these two comes with HTTP 200.
local function demand_agent(store, request)
  wire.demand(not request.limited, "AGENT_NOT_AUTHORIZED")
  local member = roster.find(store, params.parse_integer(request.path_params.agentId))
  return wire.demand(member, "INVALID_PARAMETER_200")
end

--- POST /v2.0/agents/{agentId}/deactivate: gives the seat free, leaves leads where they are.
function M.deactivate(store, request)
  local member = demand_agent(store, request)
  wire.demand(member ~= account.caller, "AGENT_SELF")
  wire.demand(not member.admin and not member.office_owner, "AGENT_OWNER")
  local status = roster.status(store, member)
  wire.demand(status ~= "INACTIVE", "AGENT_INACTIVE")
  wire.demand(status ~= "PENDING", "AGENT_PENDING")
  roster.set_status(store, member, "INACTIVE")
  return { success = true }
end

--- POST /v2.0/agents/{agentId}/reactivate: needs a free seat.
function M.reactivate(store, request)
  local member = demand_agent(store, request)
  local status = roster.status(store, member)
  wire.demand(status ~= "ACTIVE", "AGENT_ACTIVE")
  wire.demand(status == "INACTIVE", "INVALID_PARAMETER_200")
  wire.demand(roster.has_seat(store), "SEAT_INSUFFICIENT")
  roster.set_status(store, member, "ACTIVE")
  return { success = true }
end

return M
