--- POST /v1.0/leads/assignee: whom the routing rules would choose for a lead that does not exist yet.

local json = require "native.json"
local wire = require "sandbox.wire"
local params = require "sandbox.params"
local account = require "sandbox.account"
local roster = require "sandbox.roster"
local rules = require "sandbox.routing_rules"

local M = {}

-- A rule the few things a preview knows can decide: one with no condition, or only one on the phone number. The hours
-- of a rule are not looked at.
local function decides(rule, phone)
  if not rule.on or rule.location or rule.source or rule.tags or rule.segments or rule.leadType or rule.priceMin then
    return false
  end
  return not rule.phone or (rule.phone == "With") == (phone ~= nil)
end

-- The member a new lead would be given, or nil where it would go to a pond, an office or nobody.
local function member_by_rules(store, kind, role_id, phone)
  for _, rule in ipairs(rules.list(store, kind, role_id)) do
    if decides(rule, phone) then
      return roster.find(store, rule.member)
    end
  end
  return roster.find(store, rules.default(store, kind, role_id).agent)
end

local function kind_of(role)
  if role.name == "Agent" then
    return rules.AGENT
  end
  return role.name == "Lender" and rules.LENDER or rules.ASSISTANT
end

-- The member a contact that exists already has in a role.
local function member_of(lead, role)
  if role.name == "Agent" then
    return account.member(lead.assignedUserId)
  end
  return account.member((lead.roles or {})[role.name])
end

local function role_reply(role, member)
  return {
    roleId = role.id, role = role.name, assigneeId = member.user_id, assignee = member.email,
    agentFullName = member.first .. " " .. member.last, permissionProfileName = role.name,
  }
end

local function read(body)
  local first, email = params.field_text(body, "firstName") or "", params.field_text(body, "email") or ""
  wire.demand(first:find("%S"), "PARAM_FIRST_NAME_FILL")
  wire.demand(email:find("%S"), "PARAM_EMAIL_MUST_FILL")
  local phone = params.field_text(body, "phone")
  return first, email, phone and phone:find("%d") and phone or nil
end

--- Handles the request: one entry, with the roles that somebody was found for. A known address or number means the
--- contact that a create would merge into, and whom that contact has.
function M.preview(store, request)
  local first, email, phone = read(request.body)
  local position = store.leads:find_duplicate { emails = { email }, phones = { phone } }
  local lead = position and store.leads:at(position)
  local roles = json.array({})
  for _, role in ipairs(account.roles) do
    local member = lead and member_of(lead, role)
      or not lead and member_by_rules(store, kind_of(role), role.id, phone)
    roles[#roles + 1] = member and role_reply(role, member) or nil
  end
  return json.array { {
    leadId = lead and lead.leadId or 0, leadUserId = lead and lead.leadUserId or 0, firstName = first,
    lastName = params.field_text(request.body, "lastName") or "", customRoleAssignees = roles,
  } }
end

return M
