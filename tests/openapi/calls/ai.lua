--- Valid calls: the AI features and the AI sales agent.
return {
  { "ai.create_lead_analysis", function(context) return { { leadIds = { context.lead, context.noted_lead } } } end },
  { "ai.list_lead_analyses", { { pageNum = 1, pageSize = 10 } } },
  { "ai.generate_call_script", function(context) return { { leadId = context.lead, taskId = context.task } } end },
  { "ai.generate_call_summary", function(context)
    return { { callRecordId = context.call, leadId = context.called_lead } }
  end },
  { "ai.get_call_summary", function(context) return { { callRecordId = context.summarised_call } } end },
  { "ai.prepare_insight", function(context)
    return { { leadId = context.lead, appointmentId = context.appointment } }
  end },

  { "sales_agent.get", {} },
  { "sales_agent.get_quota", {} },
  { "sales_agent.get_settings", {} },
  { "sales_agent.update_settings", function(context)
    return { {
      id = context.sales_agent, assistantName = "Anna", virtualNumber = "+12075550191", virtualNumberCountry = "US",
      callTransferType = "Disabled", fixedNumber = "+12075550195", agentExperience = "Ten years by the sea",
      rentalBusiness = false, websiteChannel = true, textChannel = true, emailChannel = false, startActiveHour = 8,
      endActiveHour = 20, activeDays = { 1, 2, 3, 4, 5 }, leadTypes = { 1, 2 }, leadSources = { 1001 },
      leadPipelines = { 100301 }, agentIds = { -1 }, officeIds = { 511 }, leadPondIds = { -1 }, newLeadEnable = true,
      visitorsEnable = false, followUpRole = "AI",
    } }
  end },
  { "sales_agent.add_working_leads", function(context)
    return { { leadIds = { context.lead, context.noted_lead }, createPlanTask = true } }
  end },
  { "sales_agent.list_working_leads", { {} } },
  { "sales_agent.list_working_leads", { {
    aiStage = "HIGH_PRIORITY", limit = 100, offset = 0, sort = "CreateTime", desc = false,
  } } },
  { "sales_agent.check_working_lead", function(context) return { context.lead } end },
  { "sales_agent.create_plan_tasks", function(context) return { { leadIds = { context.lead } } } end },
  { "sales_agent.list_plan_tasks", function(context) return { context.lead } end },
  { "sales_agent.get_for_lead", function(context) return { { leadId = context.lead } } end },
  { "sales_agent.mute_lead", function(context) return { context.lead } end },
  { "sales_agent.get_mute_status", function(context) return { { leadId = context.lead } } end },
  { "sales_agent.send_sms_to_agent", { { content = "A lead has answered." } } },
}
