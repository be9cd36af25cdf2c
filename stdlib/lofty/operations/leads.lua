--- Operations on leads. Data only: lofty.check and lofty.client give the keys their meaning.
local schemas = require "lofty.schemas"

local lead_id = { name = "leadId", type = "integer", min = 1 }
--- add_activity and assign document no smallest id; ids are positive everywhere.
local any_lead_id = lead_id

local sort_orders = {
  "Default", "LastContact", "LastCall", "LastEmail", "LastActivity", "CreateTime",
  "Inquries", -- spelt so by Lofty
  "DeleteTime", "AssignTime", "Score", "Activity", "Communication", "HasDrip", "HasAlert", "Task", "Lender",
  "ActivitySearch", "ActivityViews", "ActivityFavorites", "DripStatus", "DripOpenRate",
  "AlertFrequency", "AlertOpenRate", "SCOREV2", "SmartPlanStatus",
}

--- A text filter. Lofty takes an empty one for no filter at all and returns every lead.
local filter = { type = "string", not_blank = true }

local M = {}

M.list = {
  method = "GET",
  path = "/v1.0/leads",
  query = {
    stage = filter,
    source = filter,
    phone = { type = "string", not_blank = true, note = "exact; bare digits" },
    email = { type = "string", not_blank = true, note = "exact" },
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
    preciseSearchFlag = { type = "boolean", note = "whole words for email and phone" },
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
    fields = schemas.extend(schemas.lead, {
      isHidden = { type = "boolean" },
      tags = {
        type = "array",
        of = schemas.tags.of,
        min_items = 1,
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
  params = { any_lead_id },
  body = {
    type = "array",
    min_items = 1,
    of = {
      type = "object",
      fields = {
        role = { type = "string", required = true, enum = { "Agent", "Assistant", "Lender" } },
        assignee = { type = "string", not_blank = true, note = "the account's email" },
      },
    },
  },
  codes = { "LEAD_NOT_EXIST" },
}

M.add_activity = {
  method = "POST",
  path = "/v1.0/leads/{leadId}/activity",
  params = { any_lead_id },
  body = {
    type = "object",
    fields = {
      type = { type = "string", required = true, enum = { "Search", "Browse", "Favorite", "Request", "Submission" } },
      text = { type = "string", required = true },
      link = { type = "string", required = true },
      picture = { type = "string", required = true },
      listing = schemas.listing,
      created = { type = "integer", required = true, note = "milliseconds since 1970, UTC" },
      scheduledDate = { type = "string" },
      pageName = { type = "string" },
    },
  },
  codes = { "LEAD_NOT_EXIST" },
}

return M
