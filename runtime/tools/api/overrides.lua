--- What is known better than Lofty's description says it, by hand, each with its reason: `why` for readers of this
--- file; note, hint and habits are said to users as well. What a description comes to say itself, or no longer knows,
--- is reported by `make api` and goes away here. merge.lua says how a change is laid over, lofty.check what the keys
--- of a specification mean; narrow = true leaves out some of the values that the description lists.

--- Takes away what the description or a schema's change has.
local NONE = require("merge").NONE

local function with(base, extra)
  local merged = {}
  for key, value in pairs(base) do merged[key] = value end
  for key, value in pairs(extra) do merged[key] = value end
  return merged
end

-- Values that several fields share ------------------------------------------------------------------------------------

local id = { min = 1, why = "0 and below are no ids" }
local task_id = { field = "id", why = "a task calls its id so" }
local iso = { format = "iso-offset", why = "in its prose; a time without an offset is refused or shifted" }
local zone = { format = "time-zone", note = "IANA name, such as America/Los_Angeles" }
local yes_no = { enum = { "Yes", "No" }, why = "in its prose" }
local time_frame = { enum = { "1-3", "3-6", "6-12", "12+", "Just Looking", "Refinancing" }, why = "in its prose" }
local home_types = { "Single Family Home", "Multi-Family", "Condo", "Townhouse", "Mobile Home", "Manufactured Home",
  "Vacant Land", "Commercial" }
local birthday = { format = "birthday", why = "in its prose" }
local ms = { format = "epoch-ms", why = "in its prose" }
local bound = { format = "epoch-ms-or-none", note = "milliseconds since 1970; -1: no bound" }
local phone_list = { of = { max_length = 20, not_blank = true, why = "in its prose" } }
local email_list = { of = { not_blank = true } }
local calling_code = { format = "calling-code", note = "calling code of the country, 1 for the US" }
local country = { max_length = 2, note = "two letters, such as US" }
local cut_30 = { max_length = 30, note = "Lofty would keep the first 30 characters" }
local cut_2000 = { not_blank = true, max_length = 2000, note = "Lofty would keep the first 2000 characters" }
local tag_names = {
  of = { max_length = 64, not_blank = true, hint = "write the names: tag.tagName" },
  note = "names, not ids: a number would create a tag named after it, and tags cannot be deleted again",
  why = "in its prose; Lofty would keep the first 64 characters",
}
local segment_names = { of = { max_length = 30, not_blank = true }, why = "in its prose; Lofty would cut them" }
local lead_ids = { min_items = 1, max_items = 100, of = id, why = "in its prose" }
local sent = { not_blank = true, why = "a message without words" }
local kept = { required = NONE, not_null = true }
local filter = { not_blank = true, why = "an empty filter is taken for no filter, and everything comes" }
local page_of_100 = { min = 1, max = 100, why = "in its prose (20042)" }

-- Schemas of bodies ---------------------------------------------------------------------------------------------------

--- Lofty refuses a property (PROPERTY_ADDRESS_EMPTY), and with it the lead, when all of these are blank.
local stored_property = { at_least_one = { "city", "state", "zipCode", "streetAddress" },
  note = "routes a lead of type Seller" }

local lead = {
  property = stored_property,
  firstName = cut_30,
  lastName = cut_30,
  emails = email_list,
  phones = phone_list,
  leadTypes = {
    of = { enum = { -1, 1, 2, 5, 6, 7, 8, 9 } },
    note = "-1 other, 1 seller, 2 buyer, 5 renter, 6 investor, 7 agent, 8 homeowner, 9 landlord",
  },
  assignedUserId = { note = "given: assigned to that agent; absent on create: routed by the rules" },
  streetAddress = { note = "deprecated: use property" },
  city = { note = "deprecated: use property" },
  state = { note = "deprecated: use property" },
  zipCode = { note = "deprecated: use property" },
  stage = { max_length = 19, not_blank = true, note = "team.list_pipelines names the stages" },
  groups = with(segment_names, { note = "deprecated: use segments" }),
  segments = segment_names,
  tagsAdd = tag_names,
  birthday = birthday,
  buyingTimeFrame = time_frame,
  sellingTimeFrame = time_frame,
  preQual = yes_no,
  houseToSell = yes_no,
  fthb = yes_no,
  withBuyerAgent = yes_no,
  mortgage = yes_no,
  buyHouse = yes_no,
  withListingAgent = yes_no,
  leadFamilyMemberList = { max_items = 4 },
  language = { enum = { "en", "fr", "de", "es", "zh-CN", "zh-TW", "ja" } },
  ownershipId = { note = "office id for OFFICE, user id for PERSONAL, ignored for TEAM" },
  ownershipScope = { enum = { "TEAM", "OFFICE", "PERSONAL" } },
}

--- Whoever names a narrower ownership must say whose it is, and nobody else.
local ownership = { { field = "ownershipId", when = "ownershipScope", is = { "OFFICE", "PERSONAL" } } }
local prose = "lengths, enumerations and conditions of its prose"

local touch_minutes = {
  min = 1, max = 1440, multiple = { above = 60, of = 60 },
  note = "above 60 whole hours; only for the strategies next up and blast alert",
}

local schemas = {
  LeadRequest = {
    why = prose,
    needs = ownership,
    only = ownership,
    together = { { field = "isPin", with = "content" } },
    overrules = { { field = "assignedUserId", others = { "assignGroupId" } } },
    fields = with(lead, {
      firstName = with(cut_30, { not_blank = true }),
      tags = with(tag_names, {
        min_items = 1,
        not_null = true,
        hint = "leave it out to give no tags",
        note = "replaces all tags of a lead it merges into; tagsAdd keeps them",
      }),
      welcomeEmail = { note = "sends mail to the lead" },
      leadAlert = { note = "sends mail to the agent" },
      leadRouting = { readonly = true, note = "a lead without assignedUserId is routed anyway" },
      assignGroupId = { note = "whose routing rules: -1 the company's, otherwise an office's id" },
      content = with(cut_2000, { note = "a first note on the lead" }),
      isPin = { note = "pins that note" },
      defaultInquiryParam = { note = "undocumented" },
      specifiedAssignGroupId = { note = "undocumented" },
    }),
  },
  EditLeadRequest = {
    why = prose,
    min_fields = 1,
    idle = { "tagsAdd", "tagsRemove", "clearAllTags" },
    overrules = { { field = "clearAllTags", is = true, others = { "tags", "tagsAdd", "tagsRemove" } } },
    needs = ownership,
    only = ownership,
    fields = with(lead, {
      tags = with(tag_names, {
        min_items = 1,
        not_null = true,
        hint = "to take all tags off the lead, write clearAllTags = true",
        note = "replaces all tags of the lead; tagsAdd keeps them",
      }),
      tagsRemove = with(tag_names, { note = "applied after tags and tagsAdd" }),
      clearAllTags = { note = "true: wins over tags, tagsAdd and tagsRemove" },
    }),
  },
  LeadInquiry = { why = prose, fields = { propertyType = { of = { enum = home_types } } } },
  Location = { note = "routes every lead that is not a Seller" },
  LeadProperty = {
    why = prose,
    fields = {
      propertyType = { enum = home_types },
      lotSize = { note = "acres" },
      mailAddress = { note = "true: a mailing address; otherwise the address of a property" },
      id = { note = "without it, or at 0 and below, the property is matched by its address" },
      priceMin = { note = "written only, never returned" },
      priceMax = { note = "written only, never returned" },
    },
  },
  LeadFamilyMember = {
    why = prose,
    fields = { firstName = { not_blank = true }, phones = phone_list, emails = email_list, birthday = birthday },
  },
  CustomAttribute = {
    why = "in its prose; the type dropdown was seen live",
    fields = {
      attributeName = { not_blank = true },
      attributeType = { enum = { "text", "number", "date", "anniversary_date", "single_select", "multi_select",
        "dropdown", "percentage", "currency" } },
      value = { note = 'a multi_select takes JSON text: ["a","b"]' },
      params = { note = 'JSON text with the options of a select: {"option":["a","b"]}' },
    },
  },
  LeadTransaction = {
    why = prose,
    fields = {
      transactionName = { not_blank = true, format = "no-html" },
      transactionStatus = { not_blank = true,
        note = "a stage of transactions.list_pipelines for that type; on create any other becomes the first" },
      transactionType = { note = "without it Lofty may take the first of the team's types" },
      leadName = { readonly = true, why = "ignored when written" },
      assignedAgent = { readonly = true, why = "ignored when written" },
      commissionRate = { note = "percent: 3 is 3%" },
      expectedCloseDate = ms, closeDate = ms, appointmentDate = ms, agreementSignedDate = ms, offerDate = ms,
      contractDate = ms, appraisalDate = ms, homeInspectionDate = ms, escrowDate = ms, expiration = ms,
      customFields = { note = "replaces all custom fields of the transaction" },
    },
  },
  CustomFieldRequest = {
    why = "a value without an id is no field's",
    fields = { id = with(id, { required = true }), value = { note = 'a multi-select takes JSON text: ["a","b"]' } },
  },
  LeadTransactionPropertyAddress = { why = "an id", fields = { transactionId = id } },
  LeadActivity = {
    why = prose,
    fields = { type = { enum = { "Search", "Browse", "Favorite", "Request", "Submission" } }, created = ms },
  },
  LeadAssigineeRequest = {
    why = prose,
    fields = {
      role = { enum = { "Agent", "Assistant", "Lender" } },
      assignee = {
        required = true,
        nullable = true,
        not_blank = true,
        hint = "lofty.null empties the role",
        note = "the account's email; lofty.null empties the role",
      },
    },
  },
  LeadAssigneeRequest = {
    why = prose,
    fields = { firstName = { not_blank = true }, email = { not_blank = true }, phone = { max_length = 20 },
      birthday = birthday },
  },
  Contacts = { min_fields = 1, why = "an update of nothing" },
  NoteRequest = {
    why = "its prose says required, callers without it were seen to succeed; Lofty would cut the text without a word",
    fields = {
      content = { not_blank = true, note = "Lofty would keep the first 2000 characters" },
      leadId = id,
      isPin = { required = NONE, always = true, not_null = true, note = "documented as required" },
    },
  },
  LogTypeRequest = {
    why = prose,
    needs = { { field = "leadPhoneNumber", when = "logType", is = { "logCall" } } },
    only = {
      { field = "callingOutcome", when = "logType", is = { "logCall" } },
      { field = "emailSubject", when = "logType", is = { "logEmail" } },
      { field = "toEmail", when = "logType", is = { "logEmail" } },
      { field = "fromEmail", when = "logType", is = { "logEmail" } },
    },
    fields = {
      leadId = id,
      content = { not_blank = true, note = "Lofty would keep the first 5000 characters" },
      leadPhoneNumber = { not_blank = true, note = "the number that was called; required for logCall" },
      callingOutcome = { note = "for logCall; Lofty would store an unknown one as Talked" },
      outboundOrInbound = { note = "outbound: from the agent to the lead" },
    },
  },
  TaskRequestV2 = {
    why = "its prose requires more than its schema",
    in_order = { "startAt", "endAt" },
    fields = {
      type = { enum = { "Call", "Email", "Text", "Other", "Appointment" } },
      content = { required = true, not_blank = true },
      leadId = with(id, { required = true }),
      assignedRole = { required = true, enum = { "Agent", "Assistant" } },
      startAt = iso,
      endAt = with(iso, { required = true, note = "deadline of a task" }),
      timeZoneCode = zone,
      address = { note = "of an appointment" },
    },
  },
  UpdateTaskRequestV2 = {
    why = "null changes nothing, so it must not look as if it emptied a field",
    in_order = { "startAt", "endAt" },
    at_least_one = { "content", "startAt", "endAt", "address" },
    fields = {
      content = { not_blank = true, not_null = true },
      startAt = with(iso, { not_null = true }),
      endAt = with(iso, { not_null = true }),
      timeZoneCode = with(zone, { not_null = true }),
      address = { not_null = true },
    },
  },
  TaskRequest = {
    why = "numbers in its prose",
    fields = {
      content = { not_blank = true },
      leadId = id,
      deadline = ms,
      finishFlag = { readonly = true, note = "finish the task with v1.tasks.update" },
    },
  },
  CalendarRequestV2 = {
    why = "its prose requires more than its schema",
    one_of = { { "startAt", "startAtMs", required = true }, { "endAt", "endAtMs", required = true } },
    in_order = { "startAt", "endAt" },
    needs = { { field = "taskWay", when = "type", is = { "TASK" } } },
    only = {
      { field = "taskWay", when = "type", is = { "TASK" } },
      { field = "assignedRole", when = "type", is = { "TASK" } },
      { field = "address", when = "type", is = { "APPOINTMENT" } },
    },
    fields = {
      type = { enum = { "TASK", "APPOINTMENT" } },
      content = { not_blank = true },
      leadId = id,
      startAt = with(iso, { note = "must be in the future" }),
      endAt = with(iso, { note = "must be in the future" }),
      startAtMs = ms,
      endAtMs = ms,
      timeZoneCode = zone,
      taskWay = { enum = { "Call", "Email", "Text", "Other", "Meeting" }, note = "of a task; Meeting was seen live" },
      assignedRole = { enum = { "Agent", "Assistant" }, note = "of a task" },
      address = { note = "of an appointment" },
    },
  },
  CalendarUpdateRequestV2 = {
    why = "only what is not empty is applied, so nothing else may be written",
    min_fields = 1,
    one_of = { { "startAt", "startAtMs" }, { "endAt", "endAtMs" } },
    in_order = { "startAt", "endAt" },
    fields = {
      content = { not_blank = true, not_null = true },
      startAt = with(iso, { not_null = true, note = "must be in the future" }),
      endAt = with(iso, { not_null = true, note = "must be in the future" }),
      startAtMs = with(ms, { not_null = true }),
      endAtMs = with(ms, { not_null = true }),
      timeZoneCode = with(zone, { not_null = true }),
      reminderType = { not_null = true, not_blank = true },
      reminderTime = { not_null = true, not_blank = true },
      leadId = with(id, { not_null = true }),
      address = { not_null = true, not_blank = true, note = "of an appointment" },
    },
  },
  WebhookRequest = {
    why = "in its prose",
    fields = {
      callbackUrl = { format = "https-url" },
      listId = { note = "1 agent info, 2 lead info, 3 lead activity, 4 listing alert, 5 transaction, 6 call, 7 email, "
        .. "8 text, 9 note, 10 task, 11 appointment, 12 pipeline change" },
      limit = { note = "events in one delivery" },
      permissionMode = { note = "0: leads assigned to you, or all for owners and admins; 1: also leads you own" },
    },
  },
  CommunicationRequest = {
    why = "in its prose",
    in_order = { "startTime", "endTime" },
    max_span = 24 * 3600000,
    fields = { startTime = ms, endTime = with(ms, { note = "at most 24 hours after startTime" }),
      offset = { min = 0, default = 0 }, limit = { min = 1, max = 1000, default = 10 }, teamView = { default = false,
      note = "true: the team's, where the caller may see all its leads" } },
  },
  SmsRequest = {
    why = "only the two together are documented to choose a number; else the message goes to the lead's primary one",
    together = { { field = "phoneNumber", with = "phoneCode" }, { field = "phoneCode", with = "phoneNumber" } },
    fields = { content = sent, leadId = id,
      phoneNumber = { not_blank = true, note = "one of the lead's; Lofty sends to the primary one where it is not" },
      phoneCode = with(calling_code, { not_blank = true }) },
  },
  EmailSendRequest = {
    why = prose,
    fields = { subject = sent, content = with(sent, { note = "text or HTML" }), leadId = id,
      toEmail = { not_blank = true, note = "one of the lead's; Lofty sends to the primary one where it is not" } },
  },
  SendSmsToAgentRequest = { why = prose, fields = { content = sent } },
  SendEmailToAgentRequest = { why = prose, fields = { subject = sent, content = with(sent,
    { note = "text or HTML" }) } },
  SendTaskReminderPushRequest = { why = "an id", fields = { taskId = id } },
  OpportunityNotificationRequest = {
    why = prose,
    together = { { field = "description", with = "link" }, { field = "link", with = "description" } },
    fields = {
      leadId = id,
      message = { note = "shown where the lead left one, as in type 65; passed over elsewhere" },
    },
  },
  AddWorkingLeadRequestV2 = { why = prose, fields = { leadIds = lead_ids } },
  BatchCreatePlanTaskRequestV2 = { why = prose, fields = { leadIds = lead_ids } },
  CreateLeadAnalysisRequest = { why = prose, fields = { leadIds = { min_items = 1, of = id } } },
  GenerateCallScriptRequest = { why = "ids", fields = { leadId = id, taskId = id } },
  GenerateCallSummaryRequest = { why = "ids", fields = { leadId = id, callRecordId = id } },
  GeneratePrepareInsightRequest = { why = "ids", fields = { leadId = id, appointmentId = id } },
  SalesAgentSettingRequest = {
    why = prose,
    min_fields = 2,
    fields = {
      id = with(id, { required = true }),
      callTransferType = { enum = { "Disabled", "ToAssignedAgent" } },
      followUpRole = { enum = { "AI", "Agent" } },
      startActiveHour = { min = 0, max = 23 },
      endActiveHour = { min = 0, max = 23 },
      activeDays = { of = { min = 0, max = 6 }, note = "0 is Sunday; an empty list means all days" },
      leadTypes = { note = "an empty list means all" },
      leadSources = { note = "an empty list means all" },
      leadPipelines = { note = "an empty list means all" },
      agentIds = { note = "-1 among them means all" },
      officeIds = { note = "-1 among them means all" },
      leadPondIds = { note = "-1 among them means all" },
    },
  },
  ActiveHours = {
    why = prose,
    fields = { activeDays = { of = { min = 1, max = 7 } }, hoursStart = { min = 0, max = 23 },
      hoursEnd = { min = 0, max = 23 } },
  },
  RoutingStrategy = {
    why = prose,
    fields = {
      strategyType = { note = "the numbers are not published: routing.list_rules shows those in use" },
      groupId = { note = "for the strategy lead pond only" },
      groupName = { readonly = true, why = "not read when written" },
      memberWeights = { note = "one object as described, though several members are meant: see routing.list_rules" },
      touchMinutes = touch_minutes,
    },
  },
  RoutingRuleRequest = { min_fields = 2, why = "an id, and an update of something",
    fields = { id = with(id, { required = true }) } },
  SupplementRoutingRuleRequest = {
    why = prose,
    min_fields = 1,
    one_of = { { "assigneeAgentId", "assigneeGroupId" } },
    fields = {
      roleId = { note = "needed for type 4" },
      strategyType = { note = "the numbers are not published: routing.get_default_rule shows the one in use" },
      touchMinutes = touch_minutes,
      assigneeAgentId = { note = "for the strategy default assignee only" },
      assigneeGroupId = { note = "for the strategy default assignee and type 1 only" },
    },
  },
  OfficeRequest = { min_fields = 1, why = prose, fields = { phone = { format = "bare-digits" },
    phoneCode = calling_code, phoneCountry = country, parentId = { note = "0: an office of the company itself" } } },
  CompanyRequest = { min_fields = 1, why = prose, fields = { phone = { format = "bare-digits" },
    phoneCode = calling_code, phoneCountry = country, header = { note = "address of the banner's picture" } } },
  AgentProfile = { fields = { accountType = { note = "its numbers are not published" } } },
  AccountInfo = {
    why = prose,
    fields = { firstName = { not_blank = true }, lastName = { not_blank = true }, emailAddress = { not_blank = true },
      phoneNumber = { required = true, not_blank = true, why = "in the operation's prose" },
      phoneCode = { format = "calling-code", note = "1 (US) when left out" },
      groupId = { note = "an office's id" },
      roleName = { note = "Lofty passes over a name it does not know" } },
  },
  AgentTagRequest = {
    why = "in its prose",
    fields = { tagNames = { required = true, min_items = 1, max_items = 20, of = { not_blank = true } },
      autoCreate = { note = "true: names that the team does not have are created; false: they are refused" } },
  },
  IncomingTransaction = {
    why = prose,
    min_fields = 2,
    fields = {
      id = id,
      expirationDate = iso, closedAt = with(iso, { note = "when it closed" }),
      closingDate = with(iso, { note = "when it is expected to close" }),
      acceptanceDate = { readonly = true, why = "ignored" },
      agentId = { note = "becomes the transaction's agent" },
      agentName = { readonly = true, why = "ignored" },
      representing = { readonly = true, why = "ignored" },
    },
  },
  ListingQueryRequest = {
    why = prose,
    fields = {
      pageNum = { min = 1 },
      pageSize = page_of_100,
      filterConditions = { note = 'ranges as "min,max" text: price = "100000,500000"; a wrong name finds nothing' },
      sortFields = { note = "such as PRICE_ASC" },
      soldFlag = { default = false },
    },
  },
}

-- Operations ----------------------------------------------------------------------------------------------------------

local sort_orders = {
  "Default", "LastContact", "LastCall", "LastEmail", "LastActivity", "CreateTime",
  "Inquries", -- spelt so by Lofty
  "DeleteTime", "AssignTime", "Score", "Activity", "Communication", "HasDrip", "HasAlert", "Task", "Lender",
  "ActivitySearch", "ActivityViews", "ActivityFavorites", "DripStatus", "DripOpenRate",
  "AlertFrequency", "AlertOpenRate", "SCOREV2", "SmartPlanStatus",
}

local or_a_part = "also a part of it matches; with preciseSearchFlag = true the whole"
local just_created = "Just after a create, reading it may answer %s for a moment%s."
local new_lead = just_created:format("LEAD_NOT_EXIST", "; writing works at once")
local new_log = just_created:format("RESOURCE_NOT_EXIST", "")
local new_note = "Just after a create, reading or changing it may answer RESOURCE_NOT_EXIST for a moment."
local no_leak = "PERMISSION_DENIED also says that there is no such thing: Lofty does not tell the two apart."
local not_twice = "A call that is repeated is a message that is sent twice."
local bare_list = { page = "none", why = "a bare array, all at once" }
local for_assistants = { { field = "roleId", when = "type", is = { 4 } } }
local routing_role = { query = { roleId = { note = "needed for type 4, see routing.list_roles" } },
  needs_by_path = for_assistants,
  params = { { note = "1 agent leads, 4 assistant leads; 2 is not explained, lender by its place" } } }
local by_id = { { field = "currentId", above = 0, others = { "offset" } } }
local timeline_page = { page = "timeline", id = "id", page_size = 1000, rules = { overrules = by_id },
  query = { currentId = { min = 0, note = "id of the last item already seen; Lofty prefers it to offset" } },
  why = "its prose says which parameters turn the page" }
local calendar_params = { { not_blank = true, format = "calendar-id", field = "id" } }
local calendar_change = { params = calendar_params,
  habits = { "An id that does not exist is INVALID_PARAMETER here, while tasks.* says TASK_NOT_EXIST." } }
local by_lead = { params = { id } }
local lead_query = { query = { leadId = id }, why = "an id" }

local operations = {
  ["agents.add_tags"] = { reply = "data", why = "a wrapper",
    habits = { "A failure comes inside HTTP 200; it is raised all the same." } },
  ["agents.create"] = { reply = "data", why = "a wrapper",
    habits = {
      "A failure comes inside HTTP 200; it is raised all the same.",
      "Long texts of workInfo and socialMedias are cut in silence; their limits are not published.",
    } },
  ["agents.deactivate"] = {
    habits = { "Every refusal comes inside HTTP 200; it is raised all the same.",
      "The seat is free and the agent's tokens end at once; leads stay assigned. agents.reactivate takes it back." } },
  ["agents.reactivate"] = {
    habits = { "Every refusal comes inside HTTP 200; it is raised all the same." } },

  ["ai.create_lead_analysis"] = { reply = "data", habits = { "The work is done later: ai.list_lead_analyses shows it.",
    "Its rate limit is lower than that of the other operations." } },
  ["ai.generate_call_script"] = { habits = { "Without taskId Lofty answers INVALID_PARAMETER." } },
  ["ai.generate_call_summary"] = { habits = { "The work is done later: ask ai.get_call_summary.",
    "Its rate limit is lower than that of the other operations." } },
  ["ai.get_call_summary"] = { reply = "data", query = { callRecordId = id }, why = "a wrapper",
    note = "its status: 0 waiting, 1 being made, 2 ready, 3 failed" },
  ["ai.list_lead_analyses"] = { reply = "data", page = "pageNum_inside", page_size = 100,
    query = { pageNum = { min = 1 }, pageSize = { min = 1 } },
    habits = { "Seen live to be refused with an internal error (20005)." },
    note = "pages are counted from 1; the last three months, without what is finished or cancelled" },
  ["ai.prepare_insight"] = { reply = "data", why = "a wrapper" },

  ["calendar.available_meetings"] = {
    reply = "data.slots",
    page = "none", page_size = 1000,
    rules = {
      one_of = { { "startTime", "startTimeMs", required = true }, { "endTime", "endTimeMs", required = true } },
      in_order = { "startTime", "endTime" },
      max_span = 90 * 24 * 3600000,
    },
    query = { startTime = iso, endTime = iso, startTimeMs = ms, endTimeMs = ms, timeZoneCode = zone },
    note = "earliest first, at most 90 days from the future; metadata.total counts all, also beyond limit",
  },
  ["calendar.create"] = { answers = "id",
    habits = {
      "The id is a text, as 123-task: pass it back as it is.",
      "From midnight to midnight makes an appointment of the whole day.",
      "An appointment for a showing may ask the listing agent for approval.",
    } },
  ["calendar.delete"] = calendar_change,
  ["calendar.finish"] = calendar_change,
  ["calendar.unfinish"] = calendar_change,
  ["calendar.update"] = calendar_change,
  ["calendar.list"] = {
    reply = "data.items", page = "page", id = "id", page_size = 500,
    rules = { one_of = { { "startTime", "startTimeMs" }, { "endTime", "endTimeMs" } },
      at_least_one = { "startTime", "startTimeMs", "endTime", "endTimeMs" }, in_order = { "startTime", "endTime" } },
    query = {
      leadId = with(id, { type = "integer" }),
      startTime = iso, endTime = iso,
      startTimeMs = with(ms, { type = "integer" }), endTimeMs = with(ms, { type = "integer" }),
      timeZoneCode = zone,
      includeFinished = { type = "boolean", default = false },
      page = { type = "integer", min = 0, default = 0 },
      pageSize = { type = "integer", min = 1, max = 500 },
      desc = { type = "boolean", default = true },
      sourceType = { not_blank = true, note = "number of a source; how several are written is not documented" },
    },
    why = "everything is a text in the schema; the types are those of its prose",
    order = "latest start first, unless desc = false",
    note = "tasks and appointments; without includeFinished = true the finished ones are left out",
  },

  ["calls.get"] = { id = "id", habits = { no_leak } },
  ["calls.get_recording_url"] = {
    habits = { no_leak, "The address works for one hour; it is empty where nothing was recorded." } },
  ["calls.list"] = { page = "offset", id = "id" },

  ["leads.add_activity"] = { codes = { "LEAD_NOT_EXIST" }, params = { id }, why = "seen live" },
  ["leads.add_inquiry"] = { codes = { "LEAD_NOT_EXIST" }, params = { id }, body = { min_fields = 1 },
    why = "an inquiry of nothing" },
  ["leads.assign"] = { codes = { "LEAD_NOT_EXIST" }, params = { id }, body = { min_items = 1 },
    habits = { "The body is a list, also for one role: { { role = ..., assignee = ... } }." } },
  ["leads.create"] = {

    note = "an email or phone that exists already merges into that lead; the id returned can be one that is gone",
    habits = {
      "Nothing keeps a repeated create from merging: look the contact up first.",
      new_lead,
      "Without assignedUserId the routing rules choose: by property for sellers, by inquiry.locations for all others.",
    },
    see = { "leads.find", "leads.find_or_create", "leads.wait" },
  },
  ["leads.delete"] = {
    query = { reason = { not_blank = true, note = "kept with the lead; part of the URL" } },
    note = "moves the lead to the trash",
  },
  ["leads.get"] = { reply = "lead", id = "leadId",
    query = { withTrash = { note = "true: find trashed leads as well" } },
    habits = { new_lead,
      "-1 in a number and N/A in a text mean not set; customRoleList has all roles, filled or not." },
    see = { "leads.wait", "leads.find" } },
  ["leads.list"] = {
    page = "scroll", id = "leadId",
    query = {
      stage = filter, source = filter, segments = filter,
      contacted = { note = "whether somebody was in touch; what counts as that is not documented" },
      phone = { not_blank = true, format = "bare-digits", note = "bare digits; " .. or_a_part },
      email = { not_blank = true, note = or_a_part },
      groups = { not_blank = true, note = "deprecated: use segments" },
      allTags = { not_blank = true, note = "tag names; a lead must have all of them" },
      anyTags = { not_blank = true, note = "tag names; a lead must have one of them" },
      groupIds = { note = "an office's id" },
      scrollId = { not_blank = true, alone = true, note = "goes on with that search; expires" },
      offset = { min = 0 },
      limit = with(page_of_100, { default = 25 }),
      sort = { enum = sort_orders },
      languages = { not_blank = true, note = "abbreviations, such as en" },
      preciseSearchFlag = { note = "email and phone match as a whole" },
      roleAssigneeFilters = { not_blank = true, note = 'JSON text: [{"roleName":"...","assigneeToIds":[1,2]}]' },
      key = { not_blank = true, note = "in the name, the phone or the email" },
      otherFilters = { note = "undocumented" },
      returnFields = { note = "undocumented" },
    },
    order = "newest createTime first, unless sort says otherwise",
    habits = {
      "Lofty answers a stage, tag or segment that does not exist with no leads at all.",
      "A changed lead may leave the list while it is read: each says so where the total shows it.",
    },
    see = { "leads.find" },
  },
  ["leads.list_activities"] = {
    page = "timeline", id = "id", page_size = 1000, rules = { overrules = by_id },
    query = { currentId = { min = 0, default = 0, note = "id of the last item already seen" },
      offset = { min = 0 }, limit = { min = 1, max = 1000 },
      timeZoneCode = zone },
    order = "oldest first",
    habits = { "Oldest first: list alone gives the oldest ten.",
      "Calls, texts and emails; site activity is in leads.list_site_activities." },
  },
  ["leads.list_site_activities"] = { page = "curPage", page_size = 100, order = "newest created first",
    note = "what the lead did on the site; pages of 100" },
  ["leads.preview_routing"] = { read = true, note = "says whom the routing rules would choose; changes nothing" },
  ["leads.sync_brokermint"] = { note = "made for Brokermint: the contact must be linked to it in Lofty",
    habits = { "A failure comes inside HTTP 200; it is raised all the same." } },
  ["leads.update"] = {

    note = "what is not written stays as it is",
    habits = {
      "tags replaces all tags of the lead; tagsAdd and tagsRemove change some.",
      "Whether customAttributeList replaces the values it does not name is not documented: write all of them.",
      "With leadTransaction, inquiry or leadFamilyMemberList it is not made again where nobody knows whether Lofty did "
        .. "it: the lead might have two of them then.",
    },
    see = { "leads.add_tags", "leads.remove_tags", "leads.set_tags" },
  },
  ["leads.update_property"] = { params = { id },
    body = stored_property,
    habits = { "Without an id the property is merged with one of the same street, city, state and zip, or added." } },

  ["listings.list_for_agent"] = {
    page = "two_keys", page_size = 200,
    query = { limit = { min = 1, max = 1000 }, userId = { min = 0, note = "0: the caller" },
      listingId = filter, soldListingId = filter, buildingName = filter, buildingAddress = filter, street = filter,
      mlsListingIds = with(filter, { note = "MLS ids with commas between them" }),
      nextPageKey = { note = "goes on in listIng" },
      soldNextPageKey = { note = "goes on in soldListing" } },
    rules = { at_least_one = { "agentListings", "officeListings", "listingId", "soldListingId", "mlsListingIds",
      "buildingName", "buildingAddress" }, one_of = { { "listingId", "soldListingId" } } },
    note = "active listings are in listIng (spelt so), sold ones in soldListing; nextPageKey turns the page",
    habits = { "agentListings, officeListings, an id or a building must say what to look for; street alone does not.",
      "A failure may come inside HTTP 200; it is raised all the same." },
  },
  ["listings.list_published"] = { note = "a feed in XML, as one text" },
  ["listings.search"] = { read = true, reply = "listing", page = "pageNum", page_size = 100,
    habits = { "Listings were seen live under other names than the documented ones, id for listingId among them.",
      "A filter under a wrong name is answered with no listings at all." },
    note = "pages are counted from 1" },

  ["manual_logs.create"] = { id = "id", answers = "id", habits = { new_log }, see = { "manual_logs.wait" } },
  ["manual_logs.get"] = { id = "id", habits = { new_log },
    see = { "manual_logs.wait" } },
  ["manual_logs.list"] = { page = "near_offset", id = "id", page_size = 1000,
    query = { currentId = { min = 0, note = "id of the last item already seen; offset and sort have no effect then" } },
    rules = { overrules = { { field = "currentId", above = 0, others = { "offset", "sort" } } },
      max_sum = { "offset", "limit", max = 20000 } },
    order = "oldest first, unless order = \"desc\"", why = "in its prose",
    habits = { "By offset no more than 20000 entries can be reached; currentId has no such end." } },

  ["members.get"] = { params = { { not_blank = true, note = "the account's email" } } },
  ["members.list"] = { page = "offset", id = "id",
    page_size = 25, query = { groupIds = { min_items = 1, note = "ids of offices" },
      limit = { note = "the largest page is not published: LIMIT_PARAM_OVERSIZE says that it was passed" } },
    note = "nobody matching is refused with USER_NOT_EXIST" },
  ["members.me"] = { habits = { "Its id is not the 15 digit assignedUserId that leads carry." } },

  ["messages.get_call"] = { habits = { no_leak, "The id is the timelineId of a webhook, not its callId." } },
  ["messages.get_email"] = { habits = { no_leak, "The id is the timelineId of a webhook, not its emailId." } },
  ["messages.get_text"] = { habits = { no_leak, "The id is the timelineId of a webhook, not its textId." } },
  ["messages.list_by_agent"] = { why = "limits of its prose", reply = "data", page = "cursor", id = "id",
    page_size = 1000,
    rules = { in_order = { "startTime", "endTime" }, max_span = 90 * 24 * 3600000 },
    query = { startTime = ms, endTime = with(ms, { note = "at most 90 days after startTime" }),
      cursor = { not_blank = true }, teamView = { note = "true: the team's, where the caller may see all its leads" },
      type = { note = "ALL for all three; what comes without it is not documented" } },
  },
  ["messages.list_calls"] = timeline_page,
  ["messages.list_calls_v2"] = with(timeline_page,
    { habits = { "More kinds of events than list_calls, with fewer fields." } }),
  ["messages.list_emails"] = timeline_page,
  ["messages.list_texts"] = timeline_page,
  ["messages.search_by_agent"] = { read = true, reply = "pageData", page = "body_offset", id = "id", page_size = 1000,
    note = "a window of at most 24 hours; messages.list_by_agent takes 90 days" },
  ["messages.send_email"] = { habits = { not_twice, "Success does not prove that it arrived.",
    "To an address that is not one of the lead's it is not sent, but to its primary one." } },
  ["messages.send_sms"] = { habits = { not_twice, "Success does not prove that it arrived.",
    "To a number that is not one of the lead's it is not sent, but to its primary one.",
    "The caller needs an active virtual number." } },

  ["notes.create"] = {

    note = "reading or changing the note just after may fail with RESOURCE_NOT_EXIST",
    see = { "notes.wait" },
  },
  ["notes.get"] = { id = "noteId", habits = { new_note }, see = { "notes.wait" } },
  ["notes.list"] = {
    page = "none", id = "noteId", order = "no certain order",
    query = { limit = { add = true, type = "integer", min = 1, max = 100, default = 100, always = true,
      note = "undocumented; without it only a short first page was seen live" } },
    note = "in no certain order",
  },
  ["notes.update"] = {
    body = { fields = {
      leadId = { required = NONE, not_null = true, note = "must be the note's own lead" },
      isPin = { required = true, always = NONE, default = NONE, not_null = NONE,
        note = "left out, it might unpin the note: notes.get tells" },
    } },
    why = "an update that leaves isPin out may unpin the note",
    see = { "notes.edit", "notes.pin", "notes.unpin" },
  },

  ["notifications.email_to_agent"] = { note = "to the caller's own address", habits = { not_twice } },
  ["notifications.push_task_reminder"] = { note = "to the phone of the agent the task is assigned to",
    habits = { not_twice } },
  ["notifications.send_opportunity"] = { reply = "data", habits = { not_twice,
    "false does not prove a failure, true no delivery.",
    "Types 9, 11, 27, 48, 52, 89, 136, 138, 140 and 166 also send SMS and email.",
    "Listings: saved 9 52 136, looked at 11 48 138, searched 10 50 137, search saved 27 140.",
    "Asked for: a showing 66 139, an evaluation 47 141, a CMA 162, to sell 46, financing 164; left a message 65.",
    "Others: mortgage calculator 89, text code again 165, back on the site 166, form 167, saw a CMA 168.",
    "For a lead in a pond, all its members are told." } },
  ["notifications.sms_to_agent"] = { note = "to the caller's own phone", habits = { not_twice } },

  ["organization.add_office"] = { body = { fields = { id = { readonly = true, why = "ignored on create" } } },
    why = "the same schema serves the update", habits = { "PUT adds an office here, POST changes one.",
      "A failure comes inside HTTP 200; it is raised all the same." } },
  ["organization.update_office"] = { body = { min_fields = 2, fields = { id = with(id, { required = true }) } },
    why = "in its prose", habits = { "A failure comes inside HTTP 200; it is raised all the same." } },
  ["organization.update_company"] = { habits = { "A failure comes inside HTTP 200; it is raised all the same." } },
  ["organization.list_permission_profiles"] = bare_list,

  ["routing.get_default_rule"] = with(routing_role, { why = "in its prose" }),
  ["routing.list_members"] = with(routing_role, { page = "none", why = "in its prose" }),
  ["routing.list_rules"] = with(routing_role, { page = "none", why = "in its prose" }),
  ["routing.list_roles"] = bare_list,
  ["routing.update_rule"] = { params = routing_role.params,
    habits = { "Whether what is left out stays is not documented: begin with what routing.list_rules gives.",
      "Lead pond only for type 1; next up and blast alert not for type 4." } },
  ["routing.update_default_rule"] = { params = routing_role.params, needs_by_path = for_assistants,
    habits = { "Whether what is left out stays is not documented: begin with what routing.get_default_rule gives.",
      "Next up and blast alert not for type 4.",
      "The strategy default assignee takes exactly one of the two assignees." } },

  ["sales_agent.add_working_leads"] = {
    habits = { "Which leads were added and which were not, only the message tells." } },
  ["sales_agent.create_plan_tasks"] = { reply = "data", habits = { "Each lead must be a working lead already." } },
  ["sales_agent.check_working_lead"] = by_lead,
  ["sales_agent.get_for_lead"] = lead_query,
  ["sales_agent.get_mute_status"] = with(lead_query, { habits = { 'mute is the text "true" or "false".' } }),
  ["sales_agent.list_plan_tasks"] = with(by_lead, { page = "none", id = "id" }),
  ["sales_agent.mute_lead"] = with(by_lead, { habits = { "There is no operation that unmutes." } }),
  ["sales_agent.list_working_leads"] = {
    reply = "workingLeads", page = "offset", id = "leadId", page_size = 100,
    query = {
      aiStage = { enum = { "HIGH_PRIORITY", "AI_PROSPECTING", "AI_MONITORING" } },
      limit = { type = "integer", min = 1, max = 100, default = 20 },
      offset = { type = "integer", min = 0, default = 0 },
      sort = { enum = { "Default", "CreateTime", "UpdateTime" } },
      desc = { type = "boolean", default = true },
    },
    order = "latest update first, unless sort and desc say otherwise",
    why = "everything is a text in the schema; the types are those of its prose",
  },
  ["sales_agent.update_settings"] = { note = "the sales agent itself is made in Lofty",
    habits = { "Whether what is left out stays is not documented: begin with what sales_agent.get_settings gives." } },
  ["sales_agent.send_sms_to_agent"] = { note = "to the caller's own phone, from the AI number",
    habits = { not_twice } },

  ["system_logs.list"] = { reply = "timeLines", page = "pageNumber", id = "id", order = "newest timelineTime first",
    page_size = 1000,
    rules = { in_order = { "startTime", "endTime" } },
    query = { startTime = bound, endTime = bound },
    habits = { "Stages, assignments, subscriptions and smart plans; calls, texts, emails and notes are elsewhere.",
      "Of notes it tells that one was changed or deleted.",
      "startTime and endTime are milliseconds, the times of the entries are ISO 8601 texts.",
      "The ids are texts: they are larger than a number holds elsewhere." } },

  ["tasks.delete"] = { params = { task_id } },
  ["tasks.finish"] = { params = { task_id }, habits = { "A task of a Smart Plan cannot be finished." } },
  ["tasks.get"] = { params = { task_id }, id = "id",
    habits = { "An id of calendar.* is this number with -task or -appointment after it." } },
  ["tasks.list"] = { page = "none", id = "id" },
  ["tasks.mine"] = {
    page = "after_id", id = "id", order = "latest start first",
    query = {
      userId = { note = "whose tasks; the caller's own without it" },
      currentId = { min = 0, note = "id of the last task already seen" },
      limit = page_of_100,
      timeZoneCode = zone,
    },
    note = "latest start first; tasks of Smart Plans among them",
  },
  ["tasks.unfinish"] = { params = { task_id } },
  ["tasks.update"] = { params = { task_id },
    note = "Lofty applies what is not null; a task is completed with tasks.finish" },

  ["team.add_custom_field"] = { body = {
    needs = { { field = "params", when = "attributeType", is = { "single_select", "multi_select" } } }, fields = {
    attributeType = { narrow = true, enum = { "text", "number", "date", "anniversary_date", "single_select",
      "multi_select", "percentage", "currency" }, why = "dropdown was seen in lists only" },
    params = { format = "options-json" },
    value = { required = NONE, default = "", always = true,
      note = "not needed for a new field" } } }, why = "in its prose", note = "the answer is a text" },
  ["team.get_pond"] = { habits = { no_leak } },
  ["team.list_custom_fields"] = bare_list,
  ["team.list_pipelines"] = { page = "index", id = "id", note = "these are the stages of leads",
    query = { name = { not_blank = true, note = "a part of the name" } } },
  ["team.list_ponds"] = with(bare_list, { id = "id" }),
  ["team.list_tags"] = { page = "none",
    note = "leadId 0: a tag of the team; otherwise one that this lead has, so tagId comes more than once" },

  ["transactions.create"] = { id = "transactionId", answers = "transactionId", params = { id },
    habits = { "An unknown transactionType or transactionStatus becomes the first of its kind in silence.",
      "A call that is repeated makes a second transaction." } },
  ["transactions.get"] = { id = "transactionId", params = { id, id } },
  ["transactions.get_property_address"] = { params = { id, id },
    habits = { "RESOURCE_NOT_EXIST: no address was set." } },
  ["transactions.list"] = { reply = "pageData", page = "pageNum0", id = "transactionId", page_size = 100,
    query = { pageNum = { min = 0 }, pageSize = page_of_100, leadId = id,
      queryKey = { not_blank = true, max_length = 15,
        note = "in name, address or lead's name; Lofty looks at 15 characters" },
      transactionType = { note = "without it Lofty gives purchases only; All gives every type" } },
    habits = { 'Left out, transactionType means Purchase: say "All" for all.' },
    see = { "transactions.each_all", "transactions.list_all" } },
  ["transactions.list_custom_fields"] = with(bare_list, { id = "id" }),
  ["transactions.list_for_lead"] = { page = "none", id = "transactionId", params = { id } },
  ["transactions.list_pipelines"] = { page = "none" },
  ["transactions.set_property_address"] = { params = { id }, see = { "transactions.edit_property_address" },
    habits = { "The address is replaced as a whole: what is left out is emptied." } },
  ["transactions.sync_brokermint"] = { note = "made for Brokermint: the transaction must be linked to it in Lofty",
    habits = { "A failure comes inside HTTP 200; it is raised all the same." } },
  ["transactions.update"] = { id = "transactionId", params = { id, id },
    body = { min_fields = 1, fields = { transactionName = { required = NONE } } },
    habits = { "transactionStatus is looked for among the stages of transactionType: write both.",
      "customFields replaces all custom fields of the transaction." },
    why = "its prose says that only what is supplied changes" },

  ["v1.appointments.list"] = { page = "none", id = "id" },
  ["v1.tasks.create"] = { note = "tasks.create knows appointments and time zones as well" },
  ["v1.tasks.delete"] = { params = { task_id } },
  ["v1.tasks.get"] = { params = { task_id }, id = "id" },
  ["v1.tasks.list"] = { page = "none", id = "id" },
  ["v1.tasks.update"] = {
    params = { task_id },
    body = {
      at_least_one = { "content", "deadline", "type", "assignedRole", "finishFlag" },
      overrules = { { field = "finishFlag", is = true, others = { "content", "deadline", "type", "assignedRole" } } },
      fields = {
        content = kept, leadId = with(kept, { note = "must be the task's own lead" }),
        deadline = kept, type = kept, assignedRole = kept,
        finishFlag = { readonly = NONE, not_null = true, note = "true finishes the task and passes over all else" },
      },
    },
    why = "its prose: a partial update, in which null changes nothing",
    habits = { "There is no way back here; tasks.unfinish has one." },
  },

  ["vendors.list"] = with(bare_list, { order = "no certain order" }),
  ["webhooks.create"] = { answers = "subscribeId",
    habits = {
      "A delivery is not signed and holds ids only; the name of its array, as updatedLead, says what happened.",
      "Of calls, emails and texts the automatic ones are not delivered.",
      "Several subscriptions to one list are allowed: look at webhooks.list first.",
    } },
  ["webhooks.delete"] = { habits = { "An id that does not exist is HTTP 400, WEBHOOK_DELETE_NOT_EXIST." } },
  ["webhooks.list"] = { page = "none", id = "subscribeId" },
}

-- What may be made again when its reply was lost ------------------------------------------------------------------------

--- A PUT or a DELETE may, a POST may not, unless it is said here. repeatable: done twice, it leaves what it leaves done
--- once; what nobody documents is not taken for that. done: answers to a repetition that mean that it was done before.
--- A DELETE that finds nothing says so anyway. once_with: fields with which a call is not repeatable all the same.
local finishing = { repeatable = true, why = "sets a state: finished is finished, also the second time" }
local repeats = {
  ["agents.deactivate"] = { repeatable = true, done = { 990105 }, why = "sets a state, and says so when it is set" },
  ["agents.reactivate"] = { repeatable = true, done = { 990112 }, why = "sets a state, and says so when it is set" },
  ["calendar.delete"] = { done = { "INVALID_PARAMETER" }, why = "so it calls an id that does not exist (any more)" },
  ["calendar.finish"] = finishing,
  ["calendar.unfinish"] = finishing,
  ["leads.assign"] = { repeatable = true, why = "says who has which role; the same again changes nothing" },
  ["leads.update"] = { once_with = { "inquiry", "leadFamilyMemberList", "leadTransaction" },
    why = "a deal has no id to be told by there; nobody documents whether the others add or replace" },
  ["leads.update_property"] = { repeatable = true, why = "in its prose: without an id it merges by address" },
  ["organization.add_office"] = { repeatable = false, why = "it creates: a second call makes a second office" },
  ["organization.update_company"] = { repeatable = true, why = "an update, in spite of its method" },
  ["organization.update_office"] = { repeatable = true, why = "an update by id, in spite of its method" },
  ["tasks.finish"] = finishing,
  ["tasks.unfinish"] = finishing,
  ["transactions.set_property_address"] = { repeatable = true, why = "in its prose: it replaces the whole address" },
}

--- What { verify = true } looks for where the reply to a create was lost; stdlib/lofty/verify/creates.lua says how.
local verified = {
  ["calendar.create"] = "a task or appointment of that content, kind and end on the lead (its `message` is not repeated)",
  ["leads.create"] = "a new lead of that name with all of its addresses and numbers (it needs one; a call that may have "
    .. "been merged into another lead stays unknown, and with content, leadAlert, leadTransaction, tags or welcomeEmail "
    .. "it is not created again)",
  ["manual_logs.create"] = "a log of that kind and content on the lead",
  ["notes.create"] = "a note of that content on the lead",
  ["tasks.create"] = "a task of that content, type and end on the lead",
  ["transactions.create"] = "a transaction of that name on the lead",
  ["v1.tasks.create"] = "a task of that content, type and deadline on the lead",
  ["webhooks.create"] = "a subscription of that list to that URL which was not there before (the list is read before "
    .. "each such call)",
}

for name, sentence in pairs(verified) do
  operations[name] = with(operations[name] or {}, { verify = sentence })
end

for name, repeated in pairs(repeats) do
  local change = operations[name] or {}
  operations[name] = with(change, { repeatable = repeated.repeatable, done = repeated.done, once_with = repeated.once_with,
    why = change.why or repeated.why })
end

return {
  schemas = schemas,
  operations = operations,
  reply_schemas = {
    LeadResponse = {
      why = "seen live, not in the description",
      fields = { privateFlag = { add = true, type = "boolean" }, leadType = { add = true, type = "integer" } },
    },
  },
  replies = {
    -- Its prose: success is a flag, while the schema shows an envelope.
    ["agents.deactivate"] = { type = "object", fields = { success = { type = "boolean" } } },
    ["agents.reactivate"] = { type = "object", fields = { success = { type = "boolean" } } },
  },
}
