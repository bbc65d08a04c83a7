-- Argo CD's health of a SealedSecret. In argocd-cm: resource.customizations.health.lacre.dev_SealedSecret: |
-- A status of an older generation says nothing about this one: it is never taken for healthy.
local health = { status = "Progressing", message = "waiting for the controller" }
if obj.spec ~= nil and obj.spec.suspend == true then
  health.status = "Suspended"
  health.message = "spec.suspend is true"
  return health
end
if obj.status == nil or obj.status.conditions == nil or obj.status.observedGeneration ~= obj.metadata.generation then
  return health
end
for _, condition in ipairs(obj.status.conditions) do
  if condition.type == "Ready" then
    health.message = condition.message
    if condition.status == "True" then
      health.status = "Healthy"
    elseif condition.status == "False" then
      health.status = "Degraded"
    end
  end
end
for _, condition in ipairs(obj.status.conditions) do
  if condition.type == "Reconciling" and condition.status == "True" then
    health.status = "Progressing"
  end
end
return health
