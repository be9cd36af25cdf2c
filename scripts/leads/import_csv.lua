#!/usr/bin/env loftyrun
-- Makes leads of the rows of a CSV file: shows first which are new, known, twice or bad, and with --apply makes the new
-- ones. Leads that are there already are left as they are.
--
-- A row needs a first name and an e-mail address or a phone number: without either nobody can tell whether the lead is
-- there. A row that shares an address or a number with an earlier row is not imported.
--
-- Usage    loftyrun scripts/leads/import_csv.lua FILE [options]
--   --map FIELD=COLUMN  the column that a field is in; may be repeated, also for one of the fields that hold several
--                       values (emails, phones, tagsAdd). Other columns are known by names such as "First Name" or
--                       "Email 2", and the first lines say what goes where
--   --ignore COLUMN     leave a column out; may be repeated
--   --tag NAME          tag the new leads; may be repeated
--   --source NAME       their source, where the row has none
--   --stage NAME        their stage, where the row has none
--   --separator NAME    comma, semicolon or tab (default: what the first row has most of)
--   --result FILE       what became of each row (default: the file's name with .result.csv)
--   --max N             make at most N leads in this run (default 100000)
--   --apply             make the leads; without it nothing is written
--   --help              print the usage
--
-- Fields   firstName, lastName, emails, phones, tagsAdd, stage, source, birthday, referredBy, language, content (a first
--          note), leadTypes, assignedUserId, cannotCall, cannotText, cannotEmail, unsubscription, streetAddress, city,
--          state, zipCode. Several values stand in one cell with ";" between them. Birthdays are 2001-06-05 or
--          Jun 5, 2001. What is not UTF-8, or is no CSV, is refused with its line before anything is sent.
-- Calls    reads leads.list, leads.get, team.list_pipelines; writes leads.create. Without assignedUserId Lofty's routing
--          decides whose the leads are.
-- Again    Whatever ended a run, even kill -9 or a full disk, the same command goes on where it stood: the result file
--          has one line a row, with the lead's id, and the line of a lead that is just being made is begun before and
--          ended after. Such a lead is looked for before it is made again. Keep the file as it was meanwhile. Bad rows
--          are tried again from a file of their own. A dry run leaves the result file alone: after `loftyrun apply` a
--          run finds the new leads as existing ones. Two copies must not run at once: loftyrun --lock sees to that.
-- Memory   The addresses and numbers of the file are kept, some 30 MB for 80,000 rows.
-- Ends     0 done; 2 wrong usage or no such CSV; 3 no or bad credentials; 4 the key may not do this, or five rows in a
--          row were refused; 5 Lofty unreachable or failing, an outcome unknown, or the result file cannot be written:
--          run again; 8 done, but some rows were bad or refused, in this run or one before (see the result file)

local lofty = require "lofty"
local args = require "lofty.args"
local chores = require "lofty.chores"
local csv = require "lofty.csv"
local lead_csv = require "lofty.lead_csv"
local contact, time, try = lofty.contact, lofty.time, lofty.try

local options = args.parse({
  purpose = "Makes leads of the rows of a CSV file. Without --apply it only says what it would do.",
  operands = { { name = "FILE", help = "the CSV file, in UTF-8" } },
  options = {
    { name = "map", value = "FIELD=COLUMN", many = true, default = {},
      help = "the column that a field is in; may be repeated" },
    { name = "ignore", value = "COLUMN", many = true, default = {}, help = "leave a column out; may be repeated" },
    { name = "tag", value = "NAME", many = true, max_length = 64, default = {},
      help = "tag the new leads; may be repeated" },
    { name = "source", value = "NAME", help = "their source, where the row has none" },
    { name = "stage", value = "NAME", help = "their stage, where the row has none" },
    { name = "separator", value = "NAME", help = "comma, semicolon or tab (default: what the first row has most of)" },
    { name = "result", value = "FILE", help = "what became of each row (default: the file's name with .result.csv)" },
    { name = "max", value = "N", type = "integer", min = 1, default = 100000, help = "make at most N leads in this run" },
    { name = "apply", help = "make the leads; without it nothing is written" },
  },
  notes = "Fields: firstName, lastName, emails, phones, tagsAdd, stage, source, birthday, referredBy, language, content,\n"
    .. "leadTypes, assignedUserId, cannotCall, cannotText, cannotEmail, unsubscription, streetAddress, city, state,\n"
    .. "zipCode. Several values stand in one cell with \";\". Ended early, it goes on when run again.",
}, arg)

-- A lead shows at the latest so long after it was made.
local SHOWS_AFTER_MS = 30000

local SEPARATORS = { comma = ",", semicolon = ";", tab = "\t" }
-- The columns of the result file. A line without the last three is that of a lead that is being made.
local RESULT_HEADER = { "line", "check", "time", "status", "leadId", "why" }
local WHY_MOST = 300

local stages = {} -- the team's, by name
local owners = {} -- addresses and numbers of the file, and the line that they belong to
local count = { created = 0, merged = 0, existing = 0, twice = 0, bad = 0, refused = 0, unseen = 0 }
local FAILED, refusals = { bad = true, refused = true, unseen = true }, chores.refusals()
local result_name = options.result or options.file .. ".result.csv"

if options.separator and not SEPARATORS[options.separator] then
  args.fail(('--separator must be comma, semicolon or tab, got "%s"'):format(options.separator))
end

--- A number that tells rows apart, so that a result is not taken for that of another row.
local function checksum(cells)
  local sum = 0xcbf29ce484222325 -- FNV-1a
  for _, cell in ipairs(cells) do
    for index = 1, #cell do sum = (sum ~ cell:byte(index)) * 0x100000001b3 end
    sum = (sum ~ 0xff) * 0x100000001b3
  end
  return ("%016x"):format(sum)
end

local function open_rows()
  local file, missing = io.open(options.file, "rb")
  if not file then args.fail("the CSV file cannot be read: " .. missing) end
  local ok, reader = pcall(csv.reader, file, SEPARATORS[options.separator])
  if not ok then args.fail(("%s, %s"):format(options.file, reader)) end
  return function()
    local read, cells, line = pcall(reader.next, reader)
    if not read then args.fail(("%s, %s"):format(options.file, cells)) end
    if not cells then file:close() end
    return cells, line
  end
end

--- Reads the whole file once, so that nothing is sent where its end is no CSV. Says what goes where.
local function check_file()
  local next_row = open_rows()
  local header = next_row() or args.fail("the CSV file is empty")
  for index, title in ipairs(header) do header[index] = contact.clean(title) end
  local columns, why = lead_csv.columns(header, options.map, options.ignore)
  if not columns then args.fail(why .. " (--map FIELD=COLUMN, --ignore COLUMN)") end
  for index, title in ipairs(header) do print(("column   %s: %s"):format(title, columns[index] or "left out")) end
  local rows = 0
  while next_row() do rows = rows + 1 end
  return columns, #header, rows
end

--- Ends the run because the result file cannot be written. What was done before is in it, or is found by the next run.
local function fail_result(why)
  io.stderr:write(("import_csv.lua: the result file cannot be written: %s; nothing is lost, mend that and run again\n"):format(why))
  os.exit(5)
end

local result -- the result file, open for appending
local function write_result(text)
  if lofty.dry_run then return end
  local ok, why = result:write(text)
  if ok then ok, why = result:flush() end
  if not ok then fail_result(why) end
end

--- Replaces the result file by its first so many bytes and `mark`, at once.
local function cut_result(size, mark)
  local old, copy = assert(io.open(result_name, "rb")), result_name .. ".new"
  local new, why = io.open(copy, "wb")
  if not new then fail_result(why) end
  local kept = size > 0 and assert(old:read(size)) or ""
  old:close()
  local ok = new:write(kept, mark)
  ok = new:close() and ok -- what was written before may fail only now
  if not ok or not os.rename(copy, result_name) then fail_result("no " .. copy) end
end

--- How much of the result file is whole lines, and what follows: the line that a run was ended in.
local function measure_result()
  local file, why, number = io.open(result_name, "rb")
  if not file and number == 2 then return 0, "" end
  if not file then args.fail("the result file cannot be read: " .. why) end
  local size = file:seek("end") or 0
  file:seek("set", math.max(0, size - 4096))
  local tail = size > 0 and file:read("a") or ""
  file:close()
  local begins = tail:match("^.*\r\n()") or csv.line(RESULT_HEADER):find(tail, 1, true) == 1 and 1
    or args.fail(result_name .. " is no result of an import")
  return size - #tail + begins - 1, tail:sub(begins)
end

--- The results of earlier runs, row by row, and the mark of the row that the last of them was ended in.
local function open_results()
  local size, rest = measure_result()
  local mark = rest:match("^%d+,%x+,[%d:T+-]+,")
  if options.apply and not lofty.dry_run then
    if rest ~= (mark or "") then cut_result(size, mark or "") end
    local why
    result, why = io.open(result_name, "ab")
    if not result then fail_result(why) end
  end
  if size == 0 then
    if options.apply then write_result(csv.line(RESULT_HEADER)) end
    return function() return nil end, nil
  end
  local file, left = assert(io.open(result_name, "rb")), size
  local source = { read = function(_, most)
    local chunk = left > 0 and file:read(math.min(most, left)) or nil
    left = left - #(chunk or "")
    return chunk
  end }
  local ok, reader = pcall(csv.reader, source, ",")
  local header = ok and table.concat(reader:next() or {}, ",")
  if header ~= table.concat(RESULT_HEADER, ",") then args.fail(result_name .. " is no result of an import") end
  return function() return reader:next() end, mark
end

--- How a row's line begins.
local function mark_of(row) return ("%d,%s,%s,"):format(row.line, row.check, time.iso(lofty.now())) end

--- Ends the run where a result is not that of the row: the file is not the one that was imported.
local function check_same(row, line, check)
  if line == ("%d"):format(row.line) and check == row.check then return end
  args.fail(("%s is not as it was when %s was begun: see line %d; name another --result"):format(options.file,
    result_name, row.line))
end

local function keys_of(lead)
  local keys = {}
  for _, address in ipairs(lead.emails or {}) do keys[#keys + 1] = address:lower() end
  for _, number in ipairs(lead.phones or {}) do keys[#keys + 1] = contact.phone(number) end
  return keys
end

--- The earlier line with one of the lead's addresses or numbers; otherwise they belong to this line from now on.
local function other_owner(lead, line)
  local keys = keys_of(lead)
  for _, key in ipairs(keys) do
    if owners[key] then return owners[key] end
  end
  for _, key in ipairs(keys) do owners[key] = line end
end

local function complete(lead)
  lead.source, lead.stage = lead.source or options.source, lead.stage or options.stage
  for _, tag in ipairs(options.tag) do
    lead.tagsAdd = lead.tagsAdd or {}
    lead.tagsAdd[#lead.tagsAdd + 1] = tag
  end
  if not lead.stage or stages[lead.stage] then return lead end
  return nil, "stage is none of the team's; loftyrun api team.list_pipelines names them"
end

local function read_row(cells, columns, width)
  if #cells ~= width then return nil, ("has %d cells, the first row has %d"):format(#cells, width) end
  local lead, why = lead_csv.read(cells, columns)
  if not lead then return nil, why end
  return complete(lead)
end

local function look_up(lead)
  return lofty.leads.find_all { email = lead.emails, phone = lead.phones }
end

local function known_as(leads)
  if #leads == 1 then return "existing", leads[1].leadId, "" end
  local ids = {}
  for index, lead in ipairs(leads) do ids[index] = ("%d"):format(lead.leadId) end
  return "existing", "", "belongs to several leads: " .. table.concat(ids, " ")
end

--- Looks for the lead that an interrupted run may have made, until it must show.
local function look_for_made(lead, begun)
  local leads = look_up(lead)
  while #leads == 0 and lofty.now() < begun + SHOWS_AFTER_MS do
    lofty.sleep "2s"
    leads = look_up(lead)
  end
  return leads
end

--- What became of a lead that Lofty says it made: where it had merged it, that id is dead.
local function settle(lead, leadId)
  local _, err = try(lofty.leads.wait, leadId)
  if not err then return "created", leadId, "" end
  if not err:is(lofty.code.LEAD_NOT_EXIST) then error(err, 0) end
  local leads = look_up(lead)
  if #leads == 1 then return "merged", leads[1].leadId, "Lofty merged it into this lead" end
  return "unseen", leadId, "Lofty gave this id, but neither it nor a lead with these addresses can be seen"
end

--- Begins the row's line. A mark that is there already is too old to wait by: its lead is made only now.
local function mark(row)
  if row.begun and not lofty.dry_run then
    local size = result:seek("end") - #row.mark
    result:close()
    cut_result(size, mark_of(row))
    result = assert(io.open(result_name, "ab"))
  else
    write_result(mark_of(row))
  end
  row.marked = true
end

local function create(row)
  mark(row)
  local ok, made, err = pcall(try, lofty.leads.create, row.lead, { verify = true })
  if not ok and type(made) == "string" then return "bad", "", made:gsub("^[^:]*:%d+: ", "") end
  if not ok then error(made, 0) end
  if made then
    refusals:success()
    return settle(row.lead, made.leadId)
  end
  if err.outcome == "unknown" then
    lofty.log.error("it is not known whether the lead was made; run again to find out", { line = row.line })
    error(err, 0)
  end
  refusals:count(err, "lead refused", { line = row.line })
  return "refused", "", ("%s: %s"):format(err.code, err.message)
end

--- What is to be done with a row, and does it: its status, the lead's id, and why.
local function work_on(row)
  if not row.lead then return "bad", "", row.why end
  local other = other_owner(row.lead, row.line)
  if other then return "twice", "", ("has an address or a number of line %d"):format(other) end
  local leads = row.begun and options.apply and look_for_made(row.lead, row.begun) or look_up(row.lead)
  if #leads == 1 and row.begun then return "created", leads[1].leadId, "begun by a run that was interrupted" end
  if #leads > 0 then return known_as(leads) end
  if not options.apply then return "created", "", "" end
  return create(row)
end

local function finish(row, status, leadId, why)
  why = why:gsub("%c+", " "):sub(1, WHY_MOST)
  if status == "bad" or status == "unseen" then lofty.failed("row not imported", { line = row.line, why = why }) end
  count[status] = count[status] + 1
  if options.apply then
    write_result(((row.marked or row.begun) and "" or mark_of(row)) .. csv.line { status, leadId, why })
  end
  local name = row.lead and (": %s %s"):format(row.lead.firstName, row.lead.lastName or ""):gsub(" $", "") or ""
  print(("%-8s  line %d%s%s%s"):format(not options.apply and status == "created" and "would" or status, row.line, name,
    leadId ~= "" and (", lead %s"):format(leadId) or "", why ~= "" and ": " .. why or ""))
end

local columns, width, rows = check_file()
chores.check_stages("--stage", { options.stage })
for stage in lofty.team.each_pipelines() do stages[stage.name] = true end
local next_result, left = open_results()
local next_row = open_rows()
next_row()
local done, earlier_failures, stopped = 0, 0, false
for cells, line in next_row do
  local row = { line = line, check = checksum(cells) }
  row.lead, row.why = read_row(cells, columns, width)
  local known = next_result()
  if known then
    check_same(row, known[1], known[2])
    done = done + 1
    if FAILED[known[4]] then earlier_failures = earlier_failures + 1 end
    if row.lead then other_owner(row.lead, line) end
  else
    if count.created + count.merged >= options.max then
      stopped = true
      break
    end
    if left then
      local of, check, begun = left:match("^(%d+),(%x+),([^,]+)")
      check_same(row, of, check)
      row.begun, row.mark, left = time.parse(begun), left, nil
    end
    finish(row, work_on(row))
  end
end
if not stopped and (left or next_result()) then check_same({ line = 0 }) end
if stopped then print(("stopped at %d new leads (--max): there may be more rows to import"):format(options.max)) end
print(("%s %d of %d rows, %d existing, %d twice, %d merged, %d bad, %d refused, %d unseen, %d done before"):format(
  options.apply and "created" or "would create", count.created, rows, count.existing, count.twice, count.merged,
  count.bad, count.refused, count.unseen, done))
if earlier_failures > 0 then
  lofty.failed("rows of earlier runs were not imported", { rows = earlier_failures, result = result_name })
end
