--- Valid calls: tasks and appointments in their three dialects, notes, manual logs.
return {
  { "tasks.list", function(context) return { { leadId = context.lead } } end },
  { "tasks.mine", { { userId = 844710023600001, currentId = 0, limit = 100, timeZoneCode = "America/New_York" } } },
  { "tasks.create", function(context)
    return { {
      type = "Appointment", content = "Tour of Cedar Lane", leadId = context.lead, assignedRole = "Agent",
      startAt = context.at(48), endAt = context.at(49), timeZoneCode = "America/New_York", address = "8 Cedar Lane",
    } }
  end },
  { "tasks.get", function(context) return { context.task } end },
  { "tasks.update", function(context)
    return { context.appointment, {
      content = "Tour, then coffee", startAt = context.at(50), endAt = context.at(51), timeZoneCode = "America/Chicago",
      address = "9 Cedar Lane",
    } }
  end },
  { "tasks.finish", function(context) return { context.task } end },
  { "tasks.unfinish", function(context) return { context.task } end },
  { "tasks.delete", function(context) return { context.spare_task } end },

  { "v1.tasks.list", function(context) return { { leadId = context.lead } } end },
  { "v1.tasks.create", function(context)
    return { {
      content = "Send the disclosure", leadId = context.lead, deadline = context.ms(2), type = "Email",
      assignedRole = "Assistant",
    } }
  end },
  { "v1.tasks.get", function(context) return { context.task } end },
  { "v1.tasks.update", function(context)
    return { context.task, {
      content = "Send the disclosure again", leadId = context.lead, deadline = context.ms(3), type = "Call",
      assignedRole = "Agent",
    } }
  end },
  { "v1.tasks.update", function(context)
    return { context.task, { leadId = context.lead, finishFlag = true } }
  end },
  { "v1.tasks.delete", function(context) return { context.spare_task } end },
  { "v1.appointments.list", function(context) return { { leadId = context.lead } } end },

  { "calendar.list", function(context)
    return { {
      leadId = context.lead, startTime = context.at(-2400), endTime = context.at(2400),
      timeZoneCode = "America/New_York", includeFinished = true, page = 0, pageSize = 500, sort = "startTime",
      desc = false,
    } }
  end },
  { "calendar.list", function(context)
    return { { startTimeMs = context.ms(-90), endTimeMs = context.ms(90), sourceType = "1" } }
  end },
  { "calendar.available_meetings", function(context)
    return { { startTime = context.at(24), endTime = context.at(72), timeZoneCode = "America/New_York", limit = 5 } }
  end },
  { "calendar.available_meetings", function(context)
    return { { startTimeMs = context.ms(1), endTimeMs = context.ms(90) } }
  end },
  { "calendar.create", function(context)
    return { {
      type = "TASK", content = "Call about the offer", leadId = context.lead, startAt = context.at(30),
      endAt = context.at(31), timeZoneCode = "America/New_York", taskWay = "Call", assignedRole = "Agent",
    } }
  end },
  { "calendar.create", function(context)
    return { {
      type = "APPOINTMENT", content = "Listing presentation", leadId = context.lead, startAtMs = context.ms(4),
      endAtMs = context.ms(5), timeZoneCode = "America/New_York", address = "14 Harbor Street",
    } }
  end },
  { "calendar.update", function(context)
    return { context.calendar_id, {
      content = "Listing presentation, moved", startAt = context.at(60), endAt = context.at(61),
      timeZoneCode = "America/Chicago", reminderType = "email", reminderTime = "30", leadId = context.lead,
      address = "15 Harbor Street",
    } }
  end },
  { "calendar.update", function(context)
    return { context.calendar_id, { startAtMs = context.ms(6), endAtMs = context.ms(7) } }
  end },
  { "calendar.finish", function(context) return { context.calendar_id } end },
  { "calendar.unfinish", function(context) return { context.calendar_id } end },
  { "calendar.delete", function(context) return { context.calendar_id } end },

  { "notes.list", function(context)
    return { { leadId = context.noted_lead, includeSystemNote = true, limit = 50 } }
  end },
  { "notes.create", function(context)
    return { { content = "Prefers mornings.", leadId = context.noted_lead, isPin = true } }
  end },
  { "notes.get", function(context) return { context.note } end },
  { "notes.update", function(context)
    return { context.note, { content = "Prefers evenings.", leadId = context.noted_lead, isPin = false } }
  end },
  { "notes.delete", function(context) return { context.spare_note } end },

  { "manual_logs.create", function(context)
    return { {
      leadId = context.lead, logType = "logCall", leadPhoneNumber = "2075550122", callingOutcome = "VoiceMessage",
      content = "Left a message.", outboundOrInbound = "outbound", isPin = true,
    } }
  end },
  { "manual_logs.create", function(context)
    return { {
      leadId = context.lead, logType = "logEmail", content = "Sent the brochure.", outboundOrInbound = "inbound",
      emailSubject = "Brochure", toEmail = "signe.dahl@example.com", fromEmail = "dana.whitlock@example.com",
    } }
  end },
  { "manual_logs.list", function(context)
    return { {
      leadId = context.hand_logged_lead, logType = "logCall", offset = 0, limit = 1000, sort = "id", order = "desc",
    } }
  end },
  { "manual_logs.list", function(context)
    return { {
      leadId = context.hand_logged_lead, logType = "logEmail", currentId = 0, sort = "createTime", order = "asc",
    } }
  end },
  { "manual_logs.get", function(context) return { context.manual_log } end },
  { "manual_logs.delete", function(context) return { context.manual_log } end },
}
