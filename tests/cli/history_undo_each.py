"""Each kind of write done, undone, and the undo undone: what an independent client then reads is as it was, each time."""
import sys

from undo_lofty import LEAD, Lofty, outcomes

DUE = "2031-01-01T10:00:00Z"
TASK = 'lofty.tasks.create { leadId = lead, type = "Call", content = "Ring さくら", assignedRole = "Agent", endAt = "%s" }' % DUE
# name; what was there before; the run; what came of its writes, the last one first
EACH = [
    ("lead fields", "", """lofty.leads.get(lead)
      lofty.leads.update(lead, { stage = "Contacted", firstName = "Żółć", lastName = "", cannotText = true, referredBy = "Zoë",
        emails = { "a@example.com", "b@example.com" }, isHidden = true })""", ["leads.update undone"]),
    ("the same field twice", "", """lofty.leads.get(lead)
      lofty.leads.update(lead, { stage = "Contacted" })
      lofty.leads.get(lead)
      lofty.leads.update(lead, { stage = "Qualified" })""", ["leads.update undone", "leads.update undone"]),
    ("tags", 'lofty.leads.set_tags(lead, { "old", "stays" })', """lofty.leads.add_tags(lead, { "さくら", "stays" })
      lofty.leads.remove_tags(lead, { "old" })
      lofty.leads.set_tags(lead, { "only" })""", ["leads.update undone"] * 3),
    ("all tags", 'lofty.leads.set_tags(lead, { "one", "two" })', """lofty.leads.get(lead)
      lofty.leads.update(lead, { clearAllTags = true })""", ["leads.update undone"]),
    ("custom fields", "lofty.leads.update(lead, { customAttributeList = { "
     '{ attributeName = "Budget", attributeType = "text", value = "1" }, '
     '{ attributeName = "Anniversary", attributeType = "text", value = "x" } } })', """lofty.leads.get(lead)
      lofty.leads.update(lead, { customAttributeList = { { attributeName = "Budget", attributeType = "text", value = "ü" } } })""",
     ["leads.update undone"]),
    ("who has a role", "", """local email = lofty.members.list()[2].email
      lofty.leads.get(lead)
      lofty.leads.assign(lead, { { role = "Assistant", assignee = email } })""", ["leads.assign undone"]),
    ("a note made", "", 'lofty.notes.create { leadId = lead, content = "Zoë\\n" .. ("x"):rep(1990), isPin = true }', ["notes.create undone"]),
    ("a note changed", 'lofty.notes.wait(lofty.notes.create { leadId = lead, content = "before", isPin = true }.noteId)',
     """local note = lofty.notes.list { leadId = lead }[1]
      for _, one in ipairs(lofty.notes.list { leadId = lead }) do if one.content == "before" then note = one end end
      lofty.notes.edit(note.noteId, { content = "after 李", isPin = false })""", ["notes.update undone"]),
    ("notes deleted", "", "for _, one in ipairs(lofty.notes.list { leadId = lead }) do lofty.notes.delete(one.noteId) end", None),
    ("a note changed and deleted", 'lofty.notes.wait(lofty.notes.create { leadId = lead, content = "twice" }.noteId)',
     """local note
      for _, one in ipairs(lofty.notes.list { leadId = lead }) do if one.content == "twice" then note = one end end
      lofty.notes.edit(note.noteId, { content = "then" })
      lofty.notes.get(note.noteId)
      lofty.notes.delete(note.noteId)""", ["notes.delete undone", "notes.update undone"]),
    ("a note made, changed and deleted", "", """local id = lofty.notes.create { leadId = lead, content = "short" }.noteId
      lofty.notes.wait(id)
      lofty.notes.edit(id, { content = "lived" })
      lofty.notes.get(id)
      lofty.notes.delete(id)""", ["notes.delete same", "notes.update same", "notes.create same"]),
    ("tasks made", "", TASK + '\nlofty.v1.tasks.create { leadId = lead, type = "Other", content = "old", assignedRole = "Agent", '
     'deadline = 1924984800000 }', ["v1.tasks.create undone", "tasks.create undone"]),
    ("a task made and finished", "", "local id = " + TASK + ".taskId\nlofty.tasks.get(id)\nlofty.tasks.finish(id)",
     ["tasks.finish undone", "tasks.create undone"]),
    ("a task finished without a look at it", TASK, "lofty.tasks.finish(lofty.tasks.list { leadId = lead }[1].id)", ["tasks.finish undone"]),
    ("a task opened again", "lofty.tasks.finish(%s.taskId)" % TASK, """for _, task in ipairs(lofty.tasks.list { leadId = lead }) do
        if task.finishFlag and task.content:find("Ring") then lofty.tasks.unfinish(task.id) break end
      end""", ["tasks.unfinish undone"]),
    ("a task moved", TASK, """for _, task in ipairs(lofty.tasks.list { leadId = lead }) do
        if task.content:find("Ring") and not task.finishFlag then
          lofty.tasks.update(task.id, { endAt = "2032-01-01T10:00:00+02:00", content = "Ring Zoë" }) break
        end
      end""", ["tasks.update undone"]),
    ("an old task changed", TASK, """for _, task in ipairs(lofty.v1.tasks.list { leadId = lead }) do
        if task.content:find("Ring") and not task.finishFlag then
          lofty.v1.tasks.update(task.id, { deadline = 1924984800000, type = "Email" }) break
        end
      end""", ["v1.tasks.update undone"]),
    ("tasks deleted", TASK, """for _, task in ipairs(lofty.tasks.list { leadId = lead }) do
        if task.content:find("Ring") and not task.finishFlag then lofty.tasks.delete(task.id) break end
      end""", ["tasks.delete undone"]),
    ("an appointment made", "", 'lofty.calendar.create { type = "APPOINTMENT", content = "Show it", leadId = lead, timeZoneCode = '
     '"America/New_York", startAt = "2031-01-01T10:00:00Z", endAt = "2031-01-01T11:00:00Z", address = "1 Main St" }',
     ["calendar.create undone"]),
    ("an appointment moved and deleted", 'lofty.calendar.create { type = "APPOINTMENT", content = "Move it", leadId = lead, '
     'timeZoneCode = "America/New_York", startAt = "2031-01-01T10:00:00Z", endAt = "2031-01-01T11:00:00Z", address = "1 Main St" }',
     """local id
      for _, task in ipairs(lofty.tasks.list { leadId = lead }) do
        if task.content == "Move it" then id = ("%d-appointment"):format(task.id) end
      end
      lofty.calendar.update(id, { startAt = "2031-02-01T10:00:00Z", endAt = "2031-02-01T11:00:00Z", address = "2 Main St" })
      lofty.tasks.list { leadId = lead }
      lofty.calendar.delete(id)""", ["calendar.delete undone", "calendar.update undone"]),
    ("logs", 'lofty.manual_logs.wait(lofty.manual_logs.create { leadId = lead, logType = "logCall", content = "called", '
     'leadPhoneNumber = "2075550101" }.id)',
     """lofty.manual_logs.wait(lofty.manual_logs.create { leadId = lead, logType = "logEmail", content = "wrote",
        emailSubject = "Zoë", toEmail = "a@example.com" }.id)
      for _, log in ipairs(lofty.manual_logs.list { leadId = lead, logType = "logCall", limit = 100 }) do
        if log.content == "called" then lofty.manual_logs.delete(log.id) end
      end""", ["manual_logs.delete undone", "manual_logs.create undone"]),
    ("logs of texts", 'lofty.manual_logs.wait(lofty.manual_logs.create { leadId = lead, logType = "logText", content = "wrote" }.id)',
     """for _, log in ipairs(lofty.manual_logs.list { leadId = lead, logType = "logText", limit = 100 }) do
        if log.content == "wrote" then lofty.manual_logs.delete(log.id) end
      end""", ["manual_logs.delete undone"]),
    ("subscriptions", "", """for _, hook in ipairs(lofty.webhooks.list()) do lofty.try(lofty.webhooks.delete, hook.subscribeId) end
      lofty.webhooks.create { callbackUrl = "https://example.com/undo", listId = 3, limit = 5, permissionMode = 1 }""", None),
    ("a deal changed", 'lofty.transactions.update(lead, lofty.transactions.list_for_lead(lead)[1].transactionId, '
     '{ gci = 5, expectedCloseDate = 1924984800000 })', """local deal = lofty.transactions.list_for_lead(lead)[1]
      lofty.transactions.update(lead, deal.transactionId, { homePrice = 123456.5, gci = 6, transactionName = "Ünder",
        expectedCloseDate = 1924971200000 })
      local pipelines = lofty.transactions.list_pipelines()
      for _, pipeline in ipairs(pipelines) do
        if pipeline.transactionType == deal.transactionType then
          lofty.transactions.get(lead, deal.transactionId)
          lofty.transactions.update(lead, deal.transactionId, { transactionType = deal.transactionType,
            transactionStatus = pipeline.stages[#pipeline.stages].name })
        end
      end""", ["transactions.update undone"] * 2),
    ("a deal's address", "lofty.transactions.set_property_address(lead, { transactionId = lofty.transactions.list_for_lead(lead)[1]"
     '.transactionId, city = "Bath", streetAddress = "1 Main St", unit = "3" })',
     """local deal = lofty.transactions.list_for_lead(lead)[1]
      lofty.transactions.get_property_address(lead, deal.transactionId)
      lofty.transactions.set_property_address(lead, { transactionId = deal.transactionId, city = "Łódź", zipCode = "04530" })""",
     ["transactions.set_property_address undone"]),
]

OUTCOMES = ("undone", "same", "not_done")


def one(lofty, name, before, script, expected):
    """What is wrong with one kind."""
    lead = LEAD
    if before:
        lofty.script(before)
    was = lofty.everything(lead)
    run = lofty.script(script)
    done = lofty.everything(lead)
    wrong = [] if done != was or expected and all("same" in one for one in expected) else ["the run changed nothing"]
    looked, code = lofty.undo(run)
    if code or not lofty.shows(lead, done):
        wrong.append(f"looking changed something, or ended with {code}")
    report, code = lofty.undo(run, "--apply")
    if code or not lofty.shows(lead, was):
        wrong.append(f"not as it was, exit {code}: {report}")
    if outcomes(report) != [word.replace("ready", "undone") for word in outcomes(looked)]:
        wrong.append(f"did another thing than it showed: {outcomes(looked)}, {outcomes(report)}")
    if expected and outcomes(report) != expected or not all(word.split()[1] in OUTCOMES for word in outcomes(report)):
        wrong.append(f"outcomes {outcomes(report)}")
    again, code = lofty.undo(run, "--apply")
    if code or any(" undone" in word for word in outcomes(again)) or not lofty.shows(lead, was):
        wrong.append(f"done twice: {outcomes(again)}")
    if any(" undone" in word for word in outcomes(report)):
        redone, code = lofty.undo(report["by"], "--apply")
        if code or not lofty.shows(lead, done):
            wrong.append(f"undone, the undo left something else, exit {code}: {redone}")
        last, code = lofty.undo(redone["by"], "--apply")
        # What was deleted without a list that says of which kind it was stays deleted.
        if name != "logs of texts" and (code or not lofty.shows(lead, was)):
            wrong.append(f"undone again, it left something else, exit {code}: {last}")
    return wrong


def main():
    """Prints what went wrong with those whose names have one of the words."""
    lofty, failures, kinds = Lofty(sys.argv[1]), 0, 0
    words = sys.argv[3:]
    for name, before, script, expected in EACH:
        if any(word in name for word in words) != (sys.argv[2] == "with"):
            continue
        wrong = one(lofty, name, before, script, expected)
        kinds, failures = kinds + 1, failures + len(wrong)
        for text in wrong:
            print(f"{name}: {text}")
    print(f"{kinds} kinds, {failures} failures")


main()
