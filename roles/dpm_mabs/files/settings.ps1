# Proxy, staging folder and work hours of a registered server. What is set already is left alone.
#Requires -Version 5.1
[CmdletBinding(SupportsShouldProcess)]
param(
    [string] $StagingFolder = '',
    [string] $ProxyMode = 'keep',
    [string] $ProxyServer = '',
    [int] $ProxyPort = 0,
    [string] $ProxyUsername = '',
    [string[]] $WorkDays = @(),
    [string] $StartWorkHour = '',
    [string] $EndWorkHour = '',
    [int64] $WorkHourBandwidth = 0,
    [int64] $NonWorkHourBandwidth = 0,
    [securestring] $ProxyPassword
)
# frame
$changed = $false
try {
    Confirm-Language
    Import-ServerModule
    $server = $env:COMPUTERNAME
    $current = Get-DPMCloudSubscriptionSetting -DPMServerName $server
    if ($null -eq $current) {
        Stop-Job 'not-registered' 'This server has no settings for online protection: it is not registered.'
    }
    $changes = @()
    if ($StagingFolder -ne '' -and [string] (Get-Value $current @('StagingAreaPath')) -ne $StagingFolder) {
        if (-not (Test-Path -LiteralPath $StagingFolder)) {
            Stop-Job 'no-staging-folder' "The staging folder $StagingFolder does not exist."
        }
        $changes += 'staging'
    }
    $proxy = [string] (Get-Value $current @('ProxyServer', 'ProxyAddress'))
    $port = [int] ('0' + [string] (Get-Value $current @('ProxyPort')))
    if ($ProxyMode -eq 'none' -and $proxy -ne '') {
        $changes += 'proxy'
    }
    if ($ProxyMode -eq 'set' -and ($proxy -ne $ProxyServer -or $port -ne $ProxyPort)) {
        $changes += 'proxy'
    }
    # Work hours cannot be read back by a documented name: this server keeps beside them what was set.
    $hours = '{0}|{1}|{2}|{3}|{4}' -f ($WorkDays -join ','), $StartWorkHour, $EndWorkHour, $WorkHourBandwidth, $NonWorkHourBandwidth
    if ($WorkDays.Count -gt 0 -and (Get-RegistryText $OwnRegistry 'WorkHours') -ne $hours) {
        $changes += 'work hours'
    }
    if ($changes.Count -gt 0 -and $PSCmdlet.ShouldProcess($server, 'set ' + ($changes -join ', '))) {
        $changed = $true
        $common = @{ DPMServerName = $server; SubscriptionSetting = $current }
        if ($changes -contains 'staging') {
            Set-DPMCloudSubscriptionSetting @common -StagingAreaPath $StagingFolder | Out-Null
        }
        if ($changes -contains 'proxy') {
            if ($ProxyMode -eq 'none') {
                Set-DPMCloudSubscriptionSetting @common -NoProxy | Out-Null
            }
            elseif ($ProxyUsername -ne '') {
                Set-DPMCloudSubscriptionSetting @common -ProxyServer $ProxyServer -ProxyPort $ProxyPort -ProxyUsername $ProxyUsername -ProxyPassword $ProxyPassword | Out-Null
            }
            else {
                Set-DPMCloudSubscriptionSetting @common -ProxyServer $ProxyServer -ProxyPort $ProxyPort | Out-Null
            }
        }
        if ($changes -contains 'work hours') {
            Set-DPMCloudSubscriptionSetting @common -WorkDay $WorkDays -StartWorkHour $StartWorkHour -EndWorkHour $EndWorkHour -WorkHourBandwidth $WorkHourBandwidth -NonWorkHourBandwidth $NonWorkHourBandwidth | Out-Null
        }
        Set-DPMCloudSubscriptionSetting @common -Commit | Out-Null
        if ($changes -contains 'work hours') {
            Set-OwnValue 'WorkHours' $hours
        }
        $current = Get-DPMCloudSubscriptionSetting -DPMServerName $server
        if ($changes -contains 'staging' -and [string] (Get-Value $current @('StagingAreaPath')) -ne $StagingFolder) {
            Stop-Job 'not-kept' 'DPM did not keep the staging folder.'
        }
    }
    Write-Answer @{ job = 'settings'; failed = $false; changed = $changes.Count -gt 0; changes = @($changes) }
}
catch {
    Write-Failure $_ 'settings' $changed
}
