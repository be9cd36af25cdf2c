--- Valid calls: calls, messages, notifications, system logs.
local shapes = require "calls.shapes"

--- A list of a lead's messages, read by position and then from an id on.
local function messages(name, thing)
  return { name, function(context) return { { leadId = context[thing], offset = 0, limit = 1000, currentId = 0 } } end }
end

local ONE_DAY = { startTime = -0.9, endTime = 0 }

local function within(context, days, fields)
  return shapes.with({ startTime = context.ms(days.startTime), endTime = context.ms(days.endTime) }, fields)
end

return {
  { "calls.list", function(context) return { { leadId = context.called_lead, limit = 5, offset = 0 } } end },
  { "calls.get", function(context) return { context.call } end },
  { "calls.get_recording_url", function(context) return { context.call } end },

  messages("messages.list_calls", "called_lead"),
  messages("messages.list_calls_v2", "called_lead"),
  messages("messages.list_emails", "mailed_lead"),
  messages("messages.list_texts", "texted_lead"),
  { "messages.get_call", function(context) return { context.call_message } end },
  { "messages.get_email", function(context) return { context.email_message } end },
  { "messages.get_text", function(context) return { context.text_message } end },
  { "messages.send_sms", function(context)
    return { {
      leadId = context.called_lead, content = "See you at nine.", phoneNumber = context.phone, phoneCode = "1",
    } }
  end },
  { "messages.send_email", function(context)
    return { {
      leadId = context.called_lead, subject = "Tomorrow", content = "<p>See you at nine.</p>", toEmail = context.email,
    } }
  end },
  { "messages.search_by_agent", function(context)
    return { within(context, ONE_DAY, { type = "ALL", offset = 0, limit = 1000, teamView = false }) }
  end },
  { "messages.list_by_agent", function(context)
    return { within(context, { startTime = -89, endTime = 0 }, { type = "TEXT", limit = 1, teamView = false }) }
  end },
  { "messages.list_by_agent", function(context)
    return { within(context, { startTime = -89, endTime = 0 }, { limit = 1000, cursor = context.cursor }) }
  end },

  { "notifications.email_to_agent", { { subject = "New lead", content = "<p>Ring back.</p>" } } },
  { "notifications.sms_to_agent", { { content = "Ring back." } } },
  { "notifications.push_task_reminder", function(context) return { { taskId = context.task, type = "TASK" } } end },
  { "notifications.push_task_reminder", function(context)
    return { { taskId = context.appointment, type = "APPOINTMENT" } }
  end },
  { "notifications.send_opportunity", function(context)
    return { {
      leadId = context.lead, description = "12 Mill Road, Portland", link = "https://example.com/l/1",
      message = "Is it still free?", notificationType = 65,
    } }
  end },

  { "system_logs.list", function(context)
    return { {
      leadId = context.logged_lead, startTime = context.ms(-365), endTime = context.ms(1), pageNumber = 0,
      pageSize = 1000,
    } }
  end },
}
