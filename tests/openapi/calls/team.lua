--- Valid calls: agents, members, the organisation, routing, what the team has set up, vendors, webhooks.
local FILE = {
  fileName = "license.pdf", size = 20480, queryLink = "https://example.com/f/1", contentType = "application/pdf",
}

--- Nobody has published the numbers of strategies; these are the sandbox's.
local LEAD_POND, NEXT_UP, DEFAULT_ASSIGNEE = 1, 2, 4

--- An office or, with a header and without the rest, the company.
local function address(fields)
  local base = {
    name = "Pier Office", phone = "2075550190", phoneCode = "1", phoneCountry = "US", email = "pier@example.com",
    city = "Portland", state = "ME", zipcode = "04101", streetAddress = "2 Pier Road",
  }
  for name, value in pairs(fields) do base[name] = value end
  return base
end

return {
  { "members.me", {} },
  { "members.list", { { groupIds = { 511, 512 }, offset = 0, limit = 25 } } },
  { "members.get", { "dana.whitlock@example.com" } },
  { "members.get_by_id", function(context) return { context.member } end },

  { "agents.create", { {
    accountType = 1,
    accountInfo = {
      headUrl = "https://img.example.com/a.jpg", lastName = "Lindqvist", firstName = "Maja",
      emailAddress = "maja.lindqvist@example.com", phoneNumber = "2075550192", phoneCode = "1", phoneCountry = "US",
      tagIds = { 12345, 67890 }, sendingEmail = "maja@example.com", domain = "maja.example.com",
      allowChangeDomain = true, roleName = "Agent", groupId = 511, roleId = 1, seatTypeName = "Full Time Agent",
    },
    workInfo = {
      streetAddress = "2 Pier Road", city = "Portland", country = "US", state = "ME", zipcode = "04101",
      licenseId = "ME-1122", companyName = "Harbor Street Realty", companyAddress = "1 Harbor Street",
      position = "Agent", personalWebsite = "https://maja.example.com", personalAttachments = { FILE },
      personalDisclaimers = { FILE }, personalIntroduction = "Ten years by the sea.",
    },
    socialMedias = { items = { { type = "facebook", name = "Facebook", value = "https://example.com/maja" } } },
    personalPhotos = { urls = { "https://img.example.com/a.jpg" } },
    hasBackOffice = false, agentPid = "A-77", fullSync = false, shouldSync = true, checkRosterNum = false,
  } } },
  { "agents.add_tags", function(context)
    return { context.agent, { tagNames = { "Mentor", "Night shift" }, autoCreate = true } }
  end },
  { "agents.deactivate", function(context) return { context.agent } end },
  { "agents.reactivate", function(context) return { context.agent } end },

  { "organization.get", {} },
  { "organization.list_permission_profiles", {} },
  { "organization.update_company", {
    address { name = "Harbor Street Realty", header = "https://img.example.com/h.png" },
  } },
  { "organization.add_office", { address { parentId = 511, allowManageSub = true } } },
  { "organization.update_office", { address { id = 512, parentId = 511, allowManageSub = false } } },

  { "routing.list_roles", {} },
  { "routing.list_rules", { 1 } },
  { "routing.list_rules", function(context) return { 4, { roleId = context.role } } end },
  { "routing.list_members", function(context) return { 4, { roleId = context.role } } end },
  { "routing.get_default_rule", function(context) return { 4, { roleId = context.role } } end },
  { "routing.update_rule", function(context)
    return { 1, {
      id = context.rule,
      activeHours = { activeDays = { 1, 2, 3, 4, 5 }, hoursStart = 8, hoursEnd = 20 },
      routingStrategy = {
        strategyType = NEXT_UP, touchMinutes = 120,
        memberWeights = { memberId = 844710023600001, firstName = "Dana", lastName = "Whitlock", weight = 2 },
      },
    } }
  end },
  { "routing.update_rule", function(context)
    return { 1, { id = context.rule, routingStrategy = { strategyType = LEAD_POND, groupId = context.pond } } }
  end },
  { "routing.update_default_rule", { 1, { strategyType = DEFAULT_ASSIGNEE, assigneeAgentId = 844710023600001 } } },
  { "routing.update_default_rule", function(context)
    return { 1, { strategyType = DEFAULT_ASSIGNEE, assigneeGroupId = context.office } }
  end },
  { "routing.update_default_rule", { 1, { strategyType = NEXT_UP, touchMinutes = 120 } } },
  { "routing.update_default_rule", function(context)
    return { 4, { roleId = context.role, strategyType = DEFAULT_ASSIGNEE, assigneeAgentId = context.assistant } }
  end },

  { "team.list_tags", {} },
  { "team.list_pipelines", { { name = "New", currPage = 0, pageSize = 10 } } },
  { "team.add_custom_field", { {
    attributeName = "Pets", attributeType = "multi_select", value = "", params = '{"option":["cat","dog","none"]}',
  } } },
  { "team.list_custom_fields", {} },
  { "team.list_ponds", {} },
  { "team.get_pond", function(context) return { context.pond } end },

  { "vendors.list", {} },

  { "webhooks.list", {} },
  { "webhooks.create", { {
    listId = 12, callbackUrl = "https://hooks.example.com/in", limit = 5000, permissionMode = 1,
  } } },
  { "webhooks.delete", function(context) return { context.webhook } end },
}
