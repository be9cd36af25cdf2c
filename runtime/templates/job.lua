#!/usr/bin/env loftyrun
-- A job for loftyrun serve: every morning on weekdays it logs how many new leads wait. Change when it runs and what it does.
--
-- Usage    loftyrun job check job.lua
--          loftyrun serve job.lua

local lofty = require "lofty"

lofty.on.schedule("30 6 * * MON-FRI", {
  name = "job",
  tz = "America/New_York",
  catch_up = "one", -- what was missed while nobody served it is made up for once
  retries = 3,
}, function(job)
  local count = 0
  for _ in lofty.leads.each { stage = "New Lead", contacted = false } do count = count + 1 end
  lofty.log.info("new leads wait", { count = count, at = job.at })
  print(("%d new leads wait"):format(count))
end)
