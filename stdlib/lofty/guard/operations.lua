--- Every operation that writes, and what it needs a grant for, each with its reason. A test holds this list to be whole,
--- so that a new operation is thought about before it is there.
---
---   grant    the grant that a call needs
---   where    only where this field is true
---   leads    the field that names the leads whom it makes a message reach
---   person   the fields themselves describe the lead, who may be there already
---   by       on which ways: "text", "email", "call"; the lead must allow all of them
---   each     the field whose items are counted one by one; a call counts once where there is none
---   changes  the path parameter that names a lead whose permissions may be others afterwards

---@class lofty.guard.Need
---@field grant string
---@field where string|nil
---@field leads string|nil
---@field person boolean|nil
---@field by string[]|nil
---@field each string|nil

---@class lofty.guard.Class
---@field why string
---@field needs lofty.guard.Need[]|nil
---@field changes integer|nil

local function plain(why) return { why = why } end

local function needs(need, why) return { why = why, needs = { need } } end

local AI = { grant = "contact_by_ai", leads = "leadIds", each = "leadIds", by = { "text", "email", "call" } }
local SILENT_ENTRY = "an entry in Lofty; who hears of it the team has set there, and no field of the call says so"
local OF_THE_TEAM = "settings of the team or of agents; no message goes out"
local GENERATES = "writes a text for the agent to read; nothing is sent"
local GOES_TO_ONESELF = "a message to the caller's own phone or address"

---@type table<string, lofty.guard.Class>
return {
  ["agents.add_tags"] = plain(OF_THE_TEAM),
  ["agents.create"] = plain("adds an agent; Lofty documents no message to them"),
  ["agents.deactivate"] = plain("ends an agent's access; their leads and data stay, and it can be undone"),
  ["agents.reactivate"] = plain("gives an agent access again"),

  ["ai.create_lead_analysis"] = plain(GENERATES),
  ["ai.generate_call_script"] = plain(GENERATES),
  ["ai.generate_call_summary"] = plain(GENERATES),
  ["ai.prepare_insight"] = plain(GENERATES),

  ["calendar.create"] = plain(SILENT_ENTRY),
  ["calendar.delete"] = needs({ grant = "delete_tasks" }, "a task or appointment is gone for good"),
  ["calendar.finish"] = plain(SILENT_ENTRY),
  ["calendar.unfinish"] = plain(SILENT_ENTRY),
  ["calendar.update"] = plain(SILENT_ENTRY),

  ["leads.add_activity"] = plain("notes what the lead did on a site; the lead is not written to"),
  ["leads.add_inquiry"] = plain("notes what the lead looks for; the lead is not written to"),
  ["leads.assign"] = plain("changes who works for the lead; who hears of it the team has set in Lofty"),
  ["leads.create"] = { why = "a lead alone is no message; with welcomeEmail the lead gets one, with leadAlert the agent",
    needs = {
      { grant = "send_email", where = "welcomeEmail", person = true, by = { "email" } },
      { grant = "notify_agents", where = "leadAlert" },
    } },
  ["leads.delete"] = needs({ grant = "delete_leads" }, "the lead goes to the trash"),
  ["leads.sync_brokermint"] = plain("changes a contact's fields"),
  ["leads.update"] = { why = "changes a lead's fields; nothing is sent, but it may change what may be", changes = 1 },
  ["leads.update_property"] = plain("changes an address"),

  ["manual_logs.create"] = plain("notes a call or message that somebody made elsewhere; nothing is sent"),
  ["manual_logs.delete"] = needs({ grant = "delete_logs" }, "the entry is gone for good"),

  ["messages.send_email"] = needs({ grant = "send_email", leads = "leadId", by = { "email" } }, "an e-mail to a lead"),
  ["messages.send_sms"] = needs({ grant = "send_sms", leads = "leadId", by = { "text" } }, "a text to a lead"),

  ["notes.create"] = plain("a note for the team; the lead does not see it"),
  ["notes.delete"] = needs({ grant = "delete_notes" }, "the note is gone for good"),
  ["notes.update"] = plain("a note for the team; the lead does not see it"),

  ["notifications.email_to_agent"] = needs({ grant = "notify_agents" }, GOES_TO_ONESELF),
  ["notifications.push_task_reminder"] = needs({ grant = "notify_agents" }, "a notification on an agent's phone"),
  ["notifications.send_opportunity"] = needs({ grant = "notify_agents" },
    "a notification to the lead's agents, for some types by text and e-mail too, or to all of a pond"),
  ["notifications.sms_to_agent"] = needs({ grant = "notify_agents" }, GOES_TO_ONESELF),

  ["organization.add_office"] = plain(OF_THE_TEAM),
  ["organization.update_company"] = plain(OF_THE_TEAM),
  ["organization.update_office"] = plain(OF_THE_TEAM),

  ["routing.update_default_rule"] = plain(OF_THE_TEAM),
  ["routing.update_rule"] = plain(OF_THE_TEAM),

  ["sales_agent.add_working_leads"] = needs(AI, "the AI sales agent writes to these leads from then on, at its own hours"),
  ["sales_agent.create_plan_tasks"] = needs(AI, "the AI sales agent does these tasks with the leads, at its own hours"),
  ["sales_agent.mute_lead"] = plain("the AI sales agent stops writing to the lead"),
  ["sales_agent.send_sms_to_agent"] = needs({ grant = "notify_agents" }, GOES_TO_ONESELF),
  ["sales_agent.update_settings"] = needs({ grant = "contact_by_ai" },
    "decides to whom, when and on which ways the AI sales agent writes"),

  ["tasks.create"] = plain(SILENT_ENTRY),
  ["tasks.delete"] = needs({ grant = "delete_tasks" }, "a task or appointment is gone for good"),
  ["tasks.finish"] = plain(SILENT_ENTRY),
  ["tasks.unfinish"] = plain(SILENT_ENTRY),
  ["tasks.update"] = plain(SILENT_ENTRY),

  ["team.add_custom_field"] = plain(OF_THE_TEAM),

  ["transactions.create"] = plain("a deal for the team; no message goes out"),
  ["transactions.set_property_address"] = plain("changes an address"),
  ["transactions.sync_brokermint"] = plain("changes a deal's fields"),
  ["transactions.update"] = plain("changes a deal's fields"),

  ["v1.tasks.create"] = plain(SILENT_ENTRY),
  ["v1.tasks.delete"] = needs({ grant = "delete_tasks" }, "the task is gone for good"),
  ["v1.tasks.update"] = plain(SILENT_ENTRY),

  ["webhooks.create"] = plain("events go to a program, not to a person"),
  ["webhooks.delete"] = needs({ grant = "delete_webhooks" }, "the team's subscription is gone, and events with it"),
}
