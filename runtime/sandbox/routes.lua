--- Every route of the pretend Lofty: method, path, who answers ("module.function" in this folder, loaded when it is first
--- asked), and what body that reads: "object", "array", or nothing at all. `typed`: a GET that demands a Content-Type;
--- `produces`: what the answer is where it is not JSON.
return {
  { "GET", "/v2.0/leads/{leadId}/activities", "activities.list" },

  { "POST", "/v1.0/agent/profile/add", "agents.create", "object" },
  { "POST", "/v1.0/agent/{agentId}/tag/add", "agents.add_tags", "object" },
  { "POST", "/v2.0/agents/{agentId}/deactivate", "agents.deactivate" },
  { "POST", "/v2.0/agents/{agentId}/reactivate", "agents.reactivate" },

  { "POST", "/v2.0/ai/lead-analysis", "ai.analyze", "object" },
  { "GET", "/v2.0/ai/lead-analysis", "ai.list" },
  { "POST", "/v2.0/ai/call-script", "ai.write_script", "object" },
  { "POST", "/v2.0/ai/prepare-insight", "ai.prepare", "object" },

  { "POST", "/v2.0/ai/call-summary/generate", "ai_calls.generate", "object" },
  { "GET", "/v2.0/ai/call-summary", "ai_calls.get" },

  { "GET", "/v1.0/appts", "appointments_v1.list" },

  { "POST", "/v2.0/calendar", "calendar.create", "object" },
  { "PUT", "/v2.0/calendar/{calendarId}", "calendar.update", "object" },
  { "DELETE", "/v2.0/calendar/{calendarId}", "calendar.delete" },
  { "POST", "/v2.0/calendar/{calendarId}/finish", "calendar.finish" },
  { "POST", "/v2.0/calendar/{calendarId}/unfinish", "calendar.unfinish" },

  { "GET", "/v2.0/calendar", "calendar_list.list" },

  { "GET", "/v1.0/calls", "calls.list" },
  { "GET", "/v1.0/calls/{callId}", "calls.get" },
  { "GET", "/v1.0/call/url/{callId}", "calls.recording_url" },

  { "GET", "/v1.0/teamFeatures/listCustomField", "custom_fields.list", typed = true },
  { "POST", "/v1.0/teamFeatures/custom-field", "custom_fields.create", "object" },

  { "PUT", "/v1.0/brokermint/lead", "lead_brokermint.sync", "object" },

  { "GET", "/v1.0/leads", "leads.list" },
  { "POST", "/v1.0/leads", "leads.create", "object" },
  { "GET", "/v1.0/leads/{leadId}", "leads.get" },
  { "PUT", "/v1.0/leads/{leadId}", "leads.update", "object" },
  { "DELETE", "/v1.0/leads/{leadId}", "leads.delete" },
  { "POST", "/v1.0/leads/{leadId}/assignment", "leads.assign", "array" },
  { "POST", "/v1.0/leads/{leadId}/inquiry", "leads.add_inquiry", "object" },
  { "POST", "/v1.0/leads/{leadId}/property", "leads.update_property", "object" },

  { "POST", "/v2.0/listings/search", "listings.search", "object" },
  { "GET", "/v1.0/listing", "listings.list_for_agent" },
  { "GET", "/v1.0/getPublishedListings", "listings.list_published", produces = "application/xml" },

  { "GET", "/v1.0/logType", "manual_logs.list" },
  { "POST", "/v1.0/logType", "manual_logs.create", "object" },
  { "GET", "/v1.0/logType/{logTypeId}", "manual_logs.get" },
  { "DELETE", "/v1.0/logType/{logTypeId}", "manual_logs.delete" },

  { "GET", "/v2.0/calendar/meetings/available", "meeting_slots.list" },

  { "GET", "/v1.0/me", "members.me" },
  { "GET", "/v1.0/members", "members.list" },
  { "GET", "/v1.0/members/{account}", "members.get" },
  { "GET", "/v1.0/users/{userId}", "members.get_by_id" },

  { "GET", "/v1.0/communication/call", "messages.list_calls" },
  { "GET", "/v1.0/communication/call/v2", "messages.list_calls_v2" },
  { "GET", "/v1.0/communication/text", "messages.list_texts" },
  { "GET", "/v1.0/communication/email", "messages.list_emails" },
  { "GET", "/v2.0/communication/call/{communicationId}", "messages.get_call" },
  { "GET", "/v2.0/communication/text/{communicationId}", "messages.get_text" },
  { "GET", "/v2.0/communication/email/{communicationId}", "messages.get_email" },
  { "GET", "/v2.0/communication/agent", "message_search.by_cursor" },
  { "POST", "/v1.0/agent/communication", "message_search.by_offset", "object" },
  { "POST", "/v1.0/message/sms/send", "message_send.sms", "object" },
  { "POST", "/v1.0/message/email/send", "message_send.email", "object" },

  { "GET", "/v1.0/notes", "notes.list" },
  { "POST", "/v1.0/notes", "notes.create", "object" },
  { "GET", "/v1.0/notes/{noteId}", "notes.get" },
  { "PUT", "/v1.0/notes/{noteId}", "notes.update", "object" },
  { "DELETE", "/v1.0/notes/{noteId}", "notes.delete" },

  { "POST", "/v2.0/sales-agent/message/email/send-to-agent", "notifications.email", "object" },
  { "POST", "/v2.0/sales-agent/message/sms/send-to-agent", "notifications.sms", "object" },
  { "POST", "/v2.0/sales-agent/notification/app-push/send-task-reminder", "notifications.remind", "object" },
  { "POST", "/v1.0/agent/send-notification", "notifications.announce", "object" },

  { "GET", "/v1.0/org", "organization.get" },
  { "GET", "/v1.0/org/permission/profiles", "organization.list_permission_profiles" },
  { "POST", "/v1.0/org/company", "organization.update_company", "object" },
  { "PUT", "/v1.0/org/office", "organization.add_office", "object" },
  { "POST", "/v1.0/org/office", "organization.update_office", "object" },

  { "GET", "/v1.0/team-features/lead-ponds", "ponds.list", typed = true },
  { "GET", "/v1.0/team-features/lead-pond/{id}", "ponds.get" },

  { "GET", "/v1.0/routing/role/list", "routing.list_roles" },
  { "GET", "/v1.0/routing/member/list/{type}", "routing.list_members" },
  { "GET", "/v1.0/routing/rule/list/{type}", "routing.list_rules" },
  { "GET", "/v1.0/routing/rule/supplement/{type}", "routing.get_default_rule" },
  { "PUT", "/v1.0/routing/rule/{type}", "routing.update_rule", "object" },
  { "PUT", "/v1.0/routing/rule/supplement/{type}", "routing.update_default_rule", "object" },

  { "POST", "/v1.0/leads/assignee", "routing_preview.preview", "object" },

  { "GET", "/v2.0/sales-agents/current", "sales_agent.get" },
  { "GET", "/v2.0/sales-agents/by-lead", "sales_agent.get_for_lead" },
  { "GET", "/v2.0/sales-agents/quota", "sales_agent.quota" },
  { "POST", "/v2.0/sales-agent/ai-number/send-sms-to-agent", "sales_agent.send_sms", "object" },

  { "GET", "/v2.0/sales-agent/settings", "sales_agent_settings.get" },
  { "PUT", "/v2.0/sales-agent/settings", "sales_agent_settings.update", "object" },

  { "POST", "/v1.0/leads/{leadId}/activity", "site_activities.create", "object" },
  { "GET", "/v1.0/leads/{leadId}/activities", "site_activities.list" },

  { "GET", "/v1.0/systemLogs", "system_logs.list" },

  { "GET", "/v2.0/tasks", "tasks.list" },
  { "POST", "/v2.0/tasks", "tasks.create", "object" },
  { "GET", "/v2.0/tasks/my-tasks", "tasks.mine" },
  { "GET", "/v2.0/tasks/{taskId}", "tasks.get" },
  { "PUT", "/v2.0/tasks/{taskId}", "tasks.update", "object" },
  { "DELETE", "/v2.0/tasks/{taskId}", "tasks.delete" },
  { "POST", "/v2.0/tasks/{taskId}/finish", "tasks.finish" },
  { "POST", "/v2.0/tasks/{taskId}/unfinish", "tasks.unfinish" },

  { "GET", "/v1.0/tasks", "tasks_v1.list" },
  { "POST", "/v1.0/tasks", "tasks_v1.create", "object" },
  { "GET", "/v1.0/tasks/{taskId}", "tasks_v1.get" },
  { "PUT", "/v1.0/tasks/{taskId}", "tasks_v1.update", "object" },
  { "DELETE", "/v1.0/tasks/{taskId}", "tasks_v1.delete" },

  { "GET", "/v1.0/teamFeatures/listTag", "team.list_tags" },
  { "GET", "/v1.0/teamFeatures/lead-pipelines", "team.list_pipelines" },

  { "GET", "/v2.0/transactions", "transactions.search" },
  { "GET", "/v2.0/transactions/pipelines", "transactions.list_pipelines" },
  { "GET", "/v1.0/transaction/customfields", "transactions.list_custom_fields" },
  { "GET", "/v1.0/leads/{leadId}/transactions", "transactions.list_for_lead" },
  { "POST", "/v1.0/leads/{leadId}/transaction", "transactions.create", "object" },
  { "GET", "/v1.0/leads/{leadId}/transaction/{transactionId}", "transactions.get" },
  { "PUT", "/v1.0/leads/{leadId}/transaction/{transactionId}", "transactions.update", "object" },
  { "GET", "/v1.0/leads/{leadId}/transaction/{transactionId}/property/address", "transactions.get_address" },
  { "POST", "/v1.0/leads/{leadId}/transaction/property/address", "transaction_address.replace", "object" },
  { "PUT", "/v1.0/brokermint/transaction", "transaction_brokermint.sync", "object" },

  { "GET", "/v1.0/vendor/list", "vendors.list" },

  { "GET", "/v1.0/webhooks", "webhooks.list" },
  { "POST", "/v1.0/webhook", "webhooks.create", "object" },
  { "DELETE", "/v1.0/webhook/{subscribeId}", "webhooks.delete" },

  { "GET", "/v2.0/working-leads", "working_leads.list" },
  { "POST", "/v2.0/working-leads/add", "working_leads.add_batch", "object" },
  { "GET", "/v2.0/sales-agents/working-lead/{leadId}", "working_leads.check" },
  { "PUT", "/v2.0/sales-agents/working-lead/{leadId}/mute", "working_leads.mute" },
  { "GET", "/v2.0/sales-agent/lead/mute-status", "working_leads.mute_status" },
  { "POST", "/v2.0/plan-tasks/create", "working_leads.create_plans", "object" },
  { "GET", "/v2.0/plan-tasks/lead/{leadId}", "working_leads.list_plans" },
}
