#!/usr/bin/env loftyrun
-- Tags leads that were made some days ago and that nobody has contacted. Change what it looks for and what it does.
--
-- Usage    loftyrun script.lua [options]
--   --days N   made at least N days ago (default 2)
--   --tag TAG  the tag (default Uncontacted)
--   --help     print the usage

local lofty = require "lofty"
local args = require "lofty.args"
local chores = require "lofty.chores"
local time, try = lofty.time, lofty.try

local options = args.parse({
  purpose = "Tags leads that were made some days ago and that nobody has contacted.",
  options = {
    { name = "days", value = "N", type = "integer", min = 0, max = 3650, default = 2, help = "made at least N days ago" },
    { name = "tag", value = "TAG", default = "Uncontacted", max_length = 64, help = "the tag" },
  },
}, arg)

local latest = lofty.now() - options.days * time.DAY
local refusals = chores.refusals()
local tagged, word = 0, lofty.dry_run and "would tag" or "tagged"

for lead in lofty.leads.each { contacted = false } do
  local made, unreadable = time.parse(lead.createTime)
  if not made then
    lofty.failed("no time at which it was made, lead left as it is", { lead = lead.leadId, said = unreadable })
  elseif made <= latest then
    local added, err = try(lofty.leads.add_tags, lead.leadId, { options.tag })
    if err then
      refusals:count(err, "lead not tagged", { lead = lead.leadId })
    else
      refusals:success()
      if #added > 0 then
        tagged = tagged + 1
        print(("%s  %d  %s"):format(word, lead.leadId, lead.firstName))
      end
    end
  end
end

print(("%s %d"):format(word, tagged))
