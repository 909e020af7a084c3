# Whether this server is registered, to which vault, and with which settings. Reads only, and registers nothing.
#Requires -Version 5.1
[CmdletBinding(SupportsShouldProcess)]
param()
# frame
try {
    Confirm-Language
    $registration = Get-Registration
    $settings = @{ staging_folder = ''; proxy_server = ''; proxy_port = 0; readable = $false }
    if ($registration.vault_number -ne '' -and (Get-ServerVersion) -ne '') {
        Import-ServerModule
        $found = Get-DPMCloudSubscriptionSetting -DPMServerName $env:COMPUTERNAME
        $settings.staging_folder = [string] (Get-Value $found @('StagingAreaPath'))
        $settings.proxy_server = [string] (Get-Value $found @('ProxyServer', 'ProxyAddress'))
        $settings.proxy_port = [int] ('0' + [string] (Get-Value $found @('ProxyPort')))
        $settings.readable = $null -ne $found
    }
    Write-Answer @{
        job             = 'registration'
        failed          = $false
        changed         = $false
        vault_number    = $registration.vault_number
        machine_id      = $registration.machine_id
        registered_over = $registration.registered_over
        unfinished      = $registration.unfinished
        leftovers       = @(Get-Leftover).Count
        settings        = $settings
    }
}
catch {
    Write-Failure $_ 'registration' $false
}
