--- Operations on leads. Data only: lofty.check and lofty.client give the keys their meaning.
local schemas = require "lofty.schemas"

local lead_id = { name = "leadId", type = "integer", min = 1 }

local sort_orders = {
  "Default", "LastContact", "LastCall", "LastEmail", "LastActivity", "CreateTime",
  "Inquries", -- spelt so by Lofty
  "DeleteTime", "AssignTime", "Score", "Activity", "Communication", "HasDrip", "HasAlert", "Task", "Lender",
  "ActivitySearch", "ActivityViews", "ActivityFavorites", "DripStatus", "DripOpenRate",
  "AlertFrequency", "AlertOpenRate", "SCOREV2", "SmartPlanStatus",
}

--- A text filter. Lofty takes an empty one for no filter at all and returns every lead.
local filter = { type = "string", not_blank = true }

local or_a_part = "also a part of it matches; with preciseSearchFlag = true the whole"

local M = {}

M.list = {
  method = "GET",
  path = "/v1.0/leads",
  query = {
    stage = filter,
    source = filter,
    phone = { type = "string", not_blank = true, format = "bare-digits", note = "bare digits; " .. or_a_part },
    email = { type = "string", not_blank = true, note = or_a_part },
    assignedUserId = { type = "integer" },
    contacted = { type = "boolean" },
    groups = { type = "string", not_blank = true, note = "deprecated: use segments" },
    segments = filter,
    allTags = { type = "string", not_blank = true, note = "tag names; a lead must have all of them" },
    anyTags = { type = "string", not_blank = true, note = "tag names; a lead must have one of them" },
    groupIds = { type = "integer", note = "an office's id" },
    querySubGroup = { type = "boolean" },
    scrollId = { type = "string", not_blank = true, alone = true, note = "goes on with that search; expires" },
    offset = { type = "integer", min = 0 },
    limit = { type = "integer", min = 1, max = 100, default = 25 },
    sort = { type = "string", enum = sort_orders },
    desc = { type = "boolean" },
    languages = { type = "string", not_blank = true, note = "abbreviations, such as en" },
    preciseSearchFlag = { type = "boolean", note = "email and phone match as a whole" },
    roleAssigneeFilters = {
      type = "string",
      not_blank = true,
      note = 'JSON text: [{"roleName":"...","assigneeToIds":[1,2]}]',
    },
    key = { type = "string", not_blank = true, note = "in the name, the phone or the email" },
    otherFilters = { type = "string", note = "undocumented" },
    returnFields = { type = "string", note = "undocumented" },
  },
  reply = "leads",
  page = "scroll",
  id = "leadId",
  codes = { "LIMIT_NOT_VALID" },
}

M.get = {
  method = "GET",
  path = "/v1.0/leads/{leadId}",
  params = { lead_id },
  query = {
    withTrash = { type = "boolean", default = false, note = "true: find trashed leads as well" },
  },
  reply = "lead",
  id = "leadId",
  codes = { "LEAD_NOT_EXIST" },
}

M.create = {
  method = "POST",
  path = "/v1.0/leads",
  body = {
    type = "object",
    fields = schemas.extend(schemas.lead, {
      tags = {
        type = "array",
        of = schemas.tags.of,
        min_items = 1,
        not_null = true,
        hint = "leave it out to give no tags",
        note = "replaces all tags of a lead it merges into; tagsAdd keeps them",
      },
      firstName = { type = "string", required = true, not_blank = true, max_length = 30 },
      welcomeEmail = { type = "boolean", note = "sends mail to the lead" },
      leadAlert = { type = "boolean", note = "sends mail to the agent" },
      leadRouting = { type = "boolean", readonly = true, note = "a lead without assignedUserId is routed anyway" },
      assignGroupId = { type = "integer", note = "-1: the company's routing rules; otherwise an office's id" },
      content = { type = "string", not_blank = true, max_length = 2000, note = "a first note on the lead" },
      isPin = { type = "boolean", note = "pins that note" },
      defaultInquiryParam = { type = "boolean", note = "undocumented" },
      specifiedAssignGroupId = { type = "boolean", note = "undocumented" },
    }),
    needs = { schemas.ownership_rule },
  },
  note = "an email or phone that exists already merges into that lead; the id returned can be one that is gone",
  answers = "leadId",
  codes = { "INVALID_PARAMETER", "PROPERTY_ADDRESS_EMPTY" },
}

M.update = {
  method = "PUT",
  path = "/v1.0/leads/{leadId}",
  params = { lead_id },
  body = {
    type = "object",
    min_fields = 1,
    idle = { "tagsAdd", "tagsRemove", "clearAllTags" },
    overrules = { { field = "clearAllTags", is = true, others = { "tags", "tagsAdd", "tagsRemove" } } },
    fields = schemas.extend(schemas.lead, {
      isHidden = { type = "boolean" },
      tags = {
        type = "array",
        of = schemas.tags.of,
        min_items = 1,
        not_null = true,
        hint = "to take all tags off the lead, write clearAllTags = true",
        note = "replaces all tags of the lead; tagsAdd keeps them",
      },
      tagsRemove = { type = "array", of = schemas.tags.of, note = "applied after tags and tagsAdd" },
      clearAllTags = { type = "boolean", note = "true: wins over tags, tagsAdd and tagsRemove" },
    }),
    needs = { schemas.ownership_rule },
  },
  codes = { "INVALID_PARAMETER", "LEAD_NOT_EXIST", "LEAD_PROPERTY_NOT_EXIST", "PROPERTY_ADDRESS_EMPTY" },
}

M.delete = {
  method = "DELETE",
  path = "/v1.0/leads/{leadId}",
  params = { lead_id },
  query = {
    reason = { type = "string", required = true, not_blank = true, note = "kept with the lead; part of the URL" },
  },
  note = "moves the lead to the trash",
  codes = { "INVALID_PARAMETER", "LEAD_NOT_EXIST" },
}

M.assign = {
  method = "POST",
  path = "/v1.0/leads/{leadId}/assignment",
  params = { lead_id },
  body = {
    type = "array",
    min_items = 1,
    of = {
      type = "object",
      fields = {
        role = { type = "string", required = true, enum = { "Agent", "Assistant", "Lender" } },
        assignee = {
          type = "string",
          required = true,
          nullable = true,
          not_blank = true,
          hint = "lofty.null empties the role",
          note = "the account's email; lofty.null empties the role",
        },
      },
    },
  },
  codes = { "LEAD_NOT_EXIST" },
}

M.add_activity = {
  method = "POST",
  path = "/v1.0/leads/{leadId}/activity",
  params = { lead_id },
  body = {
    type = "object",
    fields = {
      type = { type = "string", required = true, enum = { "Search", "Browse", "Favorite", "Request", "Submission" } },
      text = { type = "string", required = true },
      link = { type = "string", required = true },
      picture = { type = "string", required = true },
      listing = schemas.listing,
      created = schemas.extend(schemas.epoch_ms, { required = true }),
      scheduledDate = { type = "string" },
      pageName = { type = "string" },
    },
  },
  codes = { "LEAD_NOT_EXIST" },
}

return M
