#!/usr/bin/env loftyrun
-- Finds tags that are one tag spelt in several ways, and tags that no lead has; with --apply merges the spellings on the
-- leads. What is only likely to be a typing error is shown, and merged where --merge says so.
--
-- Of several spellings the one that most leads have is kept. A lead first gets that one, is read, and only then loses
-- the others; whatever else goes missing meanwhile is put back. Lofty offers no way to delete a tag itself: once no lead
-- has it, delete it in the CRM, in the settings of tags. Adding a tag starts what Lofty does by itself for that tag,
-- Smart Plans for example: look at those before --apply.
--
-- Usage    loftyrun scripts/leads/tag_hygiene.lua [options]
--   --keep NAME        keep this spelling instead of the most frequent; may be repeated
--   --leave NAME       leave this tag as it is; may be repeated
--   --merge FROM=INTO  merge these two as well, spelt exactly so; may be repeated
--   --no-unused        do not look for unused tags, which takes one reply with every tag of every lead
--   --max N            change at most N leads in this run (default 1000)
--   --apply            merge; without it nothing is written
--   --help             print the usage
--
-- Calls    reads leads.list, team.list_tags, and with --apply leads.get; writes leads.update. It sees and changes the
--          leads that the key's user may see: tags of others may be in use there.
-- Again    A second run finds what is left. A lead that a run was killed at has both spellings, and the next run
--          completes it. Safe to run twice, one after the other or at once.
-- Ends     0 done; 2 wrong usage; 3 no or bad credentials; 4 the key may not do this, or five leads in a row were
--          refused; 5 Lofty unreachable or failing: run again later; 8 done, but some leads could not be changed (see
--          the warnings)

local lofty = require "lofty"
local args = require "lofty.args"
local chores = require "lofty.chores"
local spelling = require "lofty.spelling"
local try = lofty.try

local options = args.parse({
  purpose = "Finds tags spelt in several ways, and unused ones. Without --apply it changes nothing.",
  options = {
    { name = "keep", value = "NAME", many = true, default = {},
      help = "keep this spelling instead of the most frequent; may be repeated" },
    { name = "leave", value = "NAME", many = true, default = {}, help = "leave this tag as it is; may be repeated" },
    { name = "merge", value = "FROM=INTO", many = true, default = {},
      help = "merge these two as well, spelt exactly so; may be repeated" },
    { name = "no-unused", help = "do not look for unused tags" },
    { name = "max", value = "N", type = "integer", min = 1, default = 1000, help = "change at most N leads in this run" },
    { name = "apply", help = "merge; without it nothing is written" },
  },
}, arg)

local count = { changed = 0, failed = 0 }
local refusals = chores.refusals()

local function set_of(names)
  local set = {}
  for _, name in ipairs(names) do set[name] = true end
  return set
end

local keep, leave = set_of(options.keep), set_of(options.leave)

local function quoted(name) return '"' .. name .. '"' end

local function names_of(lead)
  local names = {}
  for index, tag in ipairs(lead.tags or {}) do names[index] = tag.tagName end
  return names
end

--- How many leads have each tag.
local function count_tags()
  local uses, leads = {}, 0
  for lead in lofty.leads.each() do
    leads = leads + 1
    for name in pairs(set_of(names_of(lead))) do uses[name] = (uses[name] or 0) + 1 end
  end
  return uses, leads
end

--- The tags of the team that nobody's lead has, and those that only leads out of sight have. Notes all names in `uses`.
local function find_unused(uses)
  local defined, elsewhere, unused = {}, {}, {}
  for _, tag in ipairs(lofty.team.list_tags()) do
    local place = (tag.leadId or 0) == 0 and defined or elsewhere
    place[tag.tagName] = true
  end
  for name in pairs(defined) do
    if not uses[name] and not elsewhere[name] then unused[#unused + 1] = name end
    uses[name] = uses[name] or 0
  end
  table.sort(unused)
  return unused
end

--- Which of two spellings comes first: one that is to be kept, one that more leads have, one with more capitals.
local function is_better(uses, a, b)
  if (keep[a] or false) ~= (keep[b] or false) then return keep[a] or false end
  if uses[a] ~= uses[b] then return uses[a] > uses[b] end
  return a < b
end

--- Groups of names that are spellings of one, the one to be kept first.
local function find_spellings(uses)
  local by_key, groups = {}, {}
  for name in pairs(uses) do
    local key = spelling.key(name)
    if not leave[name] then
      by_key[key] = by_key[key] or {}
      table.insert(by_key[key], name)
    end
  end
  for _, group in pairs(by_key) do
    table.sort(group, function(a, b) return is_better(uses, a, b) end)
    if keep[group[2]] then args.fail(("--keep: %s and %s are one tag"):format(quoted(group[1]), quoted(group[2]))) end
    if #group > 1 then groups[#groups + 1] = group end
  end
  table.sort(groups, function(a, b) return a[1] < b[1] end)
  return groups
end

--- Pairs of names that one typing error tells apart, the better one first. Of several spellings the kept one counts.
local function find_near(uses, replaced)
  local names, pairs_found = {}, {}
  for name in pairs(uses) do
    if not replaced[name] and not leave[name] then names[#names + 1] = name end
  end
  table.sort(names)
  for index, name in ipairs(names) do
    for other = index + 1, #names do
      local near = names[other]
      if spelling.is_near(name, near) then
        if not is_better(uses, name, near) then name, near = near, name end
        pairs_found[#pairs_found + 1] = { name, near }
        name = names[index]
      end
    end
  end
  return pairs_found
end

--- What each spelling is to be replaced by.
local function replacements(groups, uses)
  local replaced = {}
  for _, group in ipairs(groups) do
    for index = 2, #group do replaced[group[index]] = group[1] end
  end
  for _, text in ipairs(options.merge) do
    local from, into = text:match("^([^=]+)=([^=]+)$")
    if not from then args.fail(('--merge needs FROM=INTO, got "%s"'):format(text)) end
    if not uses[from] or not uses[into] then
      args.fail(("--merge: there is no tag %s"):format(quoted(uses[from] and into or from)))
    end
    if leave[from] or keep[from] then args.fail(("--merge: %s is to stay"):format(quoted(from))) end
    replaced[from] = into
  end
  for from, into in pairs(replaced) do
    if replaced[into] then
      args.fail(("%s would be merged into %s, and that into %s; say with --keep or --leave which is to stay"):format(
        quoted(from), quoted(into), quoted(replaced[into])))
    end
  end
  return replaced
end

--- Those of the names that are not in the set.
local function missing_of(names, set)
  local missing = {}
  for _, name in ipairs(names) do
    if not set[name] then missing[#missing + 1] = name end
  end
  return missing
end

local function fail(lead, message, names)
  count.failed = count.failed + 1
  lofty.failed(message, { lead = lead.leadId, tags = table.concat(names, ", ") })
end

--- Merges the tags of one lead. True where it was changed as it should be.
local function merge(lead, wrong, kept)
  local before = names_of(lofty.leads.get(lead.leadId))
  lofty.leads.add_tags(lead.leadId, kept)
  local lacking = missing_of(kept, set_of(names_of(lofty.leads.get(lead.leadId))))
  if #lacking > 0 then
    -- Perhaps Lofty takes both spellings for one: then taking one off would take off both.
    fail(lead, "Lofty did not add a tag as it is spelt, so the others were left", lacking)
    return false
  end
  local removed = set_of(lofty.leads.remove_tags(lead.leadId, wrong))
  local due = missing_of(before, removed)
  table.move(kept, 1, #kept, #due + 1, due)
  local lost = missing_of(due, set_of(names_of(lofty.leads.get(lead.leadId))))
  if #lost == 0 then return true end
  lofty.leads.update(lead.leadId, { tagsAdd = lost })
  fail(lead, "tags went missing with those that were taken off, and were put back", lost)
  return false
end

local function work_on(lead, replaced)
  local wrong, kept = {}, {}
  for _, name in ipairs(names_of(lead)) do
    if replaced[name] then wrong[#wrong + 1], kept[#kept + 1] = name, replaced[name] end
  end
  if #wrong == 0 then return end
  local ok, err = try(merge, lead, wrong, kept)
  if err then
    count.failed = count.failed + 1
    return refusals:count(err, "tags not merged", { lead = lead.leadId })
  end
  refusals:success()
  if not ok then return end
  count.changed = count.changed + 1
  print(("merged  %d  %s %s: %s"):format(lead.leadId, lead.firstName or "", lead.lastName or "",
    table.concat(wrong, ", ") .. " -> " .. table.concat(kept, ", ")))
end

--- Shows what is to be merged, and returns how many leads have it at most.
local function show(uses, replaced)
  local names, by_kept, touched = {}, {}, 0
  for from, into in pairs(replaced) do
    if not by_kept[into] then names[#names + 1], by_kept[into] = into, {} end
    table.insert(by_kept[into], ("%s (%d)"):format(quoted(from), uses[from]))
    touched = touched + uses[from]
  end
  table.sort(names)
  for _, name in ipairs(names) do
    table.sort(by_kept[name])
    print(("same    %s (%d): %s"):format(quoted(name), uses[name], table.concat(by_kept[name], ", ")))
  end
  return touched
end

local uses, leads = count_tags()
local unused = options.no_unused and {} or find_unused(uses)
local replaced = replacements(find_spellings(uses), uses)
local touched = show(uses, replaced)
local near = find_near(uses, replaced)
for _, pair in ipairs(near) do
  print(('maybe   %s (%d): %s (%d), merged with --merge "%s=%s"'):format(quoted(pair[1]), uses[pair[1]],
    quoted(pair[2]), uses[pair[2]], pair[2], pair[1]))
end
for _, name in ipairs(unused) do print("unused  " .. quoted(name)) end

if options.apply and touched > 0 then
  for lead in lofty.leads.each() do
    work_on(lead, replaced)
    if count.changed >= options.max then break end
  end
end
if count.changed >= options.max then
  print(("stopped at %d leads (--max): there may be more for another run"):format(options.max))
end
local total, wrong = 0, 0
for name in pairs(uses) do
  total, wrong = total + 1, wrong + (replaced[name] and 1 or 0)
end
print(("%d tags on %d leads: %d spelt otherwise, %d maybe, %d unused; %s"):format(total, leads, wrong, #near, #unused,
  options.apply and ("changed %d leads, %d failed"):format(count.changed, count.failed)
    or ("would change %d tags of leads"):format(touched)))
