# The appliance's own updates, on or off: https://learn.microsoft.com/azure/migrate/migrate-appliance#turn-off-auto-update
#Requires -Version 5.1
[CmdletBinding(SupportsShouldProcess)]
param(
    [bool] $Enabled = $true
)
# frame

$changed = $false
try {
    Confirm-Language
    $key = 'HKLM:\SOFTWARE\Microsoft\AzureAppliance'
    if (-not (Test-Path -LiteralPath $key)) {
        Stop-Job 'no-appliance' 'There is no appliance on this host.'
    }
    $before = Get-RegistryText $key 'AutoUpdate'
    Set-ItemProperty -LiteralPath $key -Name 'AutoUpdate' -Value ([int] $Enabled)
    $changed = $true
    Write-Answer @{ job = 'auto_update'; failed = $false; changed = $true; before = $before; after = Get-RegistryText $key 'AutoUpdate' }
}
catch {
    Write-Failure $_ 'auto_update' $changed
}
