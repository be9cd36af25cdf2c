--- Valid calls: leads.
local shapes = require "calls.shapes"

return {
  { "leads.list", {} },
  { "leads.list", { {
    stage = "Contacted", source = "Website", phone = "2075550122", email = "signe", assignedUserId = 844710023600001,
    contacted = true, groups = "Sellers", segments = "Sellers", allTags = "Buyer", anyTags = "Newsletter",
    groupIds = 511, querySubGroup = true, offset = 0, limit = 100, sort = "Inquries", desc = false, languages = "en",
    preciseSearchFlag = false, roleAssigneeFilters = '[{"roleName":"Agent","assigneeToIds":[844710023600001]}]',
    key = "dahl", otherFilters = "{}", returnFields = "leadId",
  } } },
  { "leads.list", function(context) return { { scrollId = context.scroll_id } } end },
  { "leads.get", function(context) return { context.lead, { withTrash = true } } end },
  { "leads.get", { 9007199254740993 } },

  { "leads.create", { { firstName = "Ottilie", assignGroupId = -1 } } },
  { "leads.create", function(context)
    return { shapes.with(shapes.lead(context, "solveig.marchbanks@example.com"), {
      tags = { "Buyer" }, tagsAdd = { "Relocating" }, welcomeEmail = true, leadAlert = true,
      content = "Met at the open house.", isPin = true, defaultInquiryParam = false, specifiedAssignGroupId = true,
    }) }
  end },
  { "leads.update", function(context) return { context.new_lead, { stage = "Hot" } } end },
  { "leads.update", function(context)
    return { context.new_lead, shapes.with(shapes.lead(context, "solveig.again@example.com"), {
      tags = { "Seller", "VIP" }, tagsAdd = { "Past Client" }, tagsRemove = { "VIP" }, isHidden = false,
    }) }
  end },
  { "leads.get", function(context) return { context.new_lead } end },
  { "leads.update", function(context) return { context.new_lead, { clearAllTags = true } } end },

  { "leads.assign", function(context)
    return { context.new_lead, {
      { role = "Agent", assignee = "dana.whitlock@example.com" },
      { role = "Lender", assignee = "priya.nambiar@example.com" },
    } }
  end },
  { "leads.add_inquiry", function(context) return { context.new_lead, shapes.inquiry } end },
  { "leads.update_property", function(context) return { context.new_lead, shapes.property("9 Cedar Lane") } end },
  { "leads.add_activity", function(context)
    return { context.new_lead, {
      type = "Request", text = "Asked for a showing", link = "https://example.com/l/1",
      picture = "https://img.example.com/1.jpg", listing = shapes.property("12 Mill Road"), created = context.ms(-1),
      scheduledDate = "2026-09-01", pageName = "Contact us",
    } }
  end },
  { "leads.list_site_activities", function(context) return { context.visiting_lead, { curPage = 0 } } end },
  { "leads.list_activities", function(context)
    return { context.active_lead, { currentId = 0, offset = 0, limit = 1000, timeZoneCode = "America/New_York" } }
  end },
  { "leads.list_activities", function(context) return { context.active_lead, { currentId = 1, limit = 1 } } end },
  { "leads.preview_routing", { {
    firstName = "Runa", lastName = "Holt", email = "runa.holt@example.com", phone = "+12075550181",
    birthday = "Dec 31, 1979",
  } } },
  { "leads.sync_brokermint", function(context)
    return { {
      email = context.linked_email, firstName = "Joan", lastName = "Petrakis", contactType = "Client",
      externalId = context.linked_contact, address = "5 Orchard Avenue", city = "Portland", state = "ME", zip = "04101",
      phone = "+12075550135", bmPrivate = false, leadSource = "Referral",
    } }
  end },
  { "leads.delete", function(context) return { context.spare_lead, { reason = "a duplicate & a half" } } end },
}
