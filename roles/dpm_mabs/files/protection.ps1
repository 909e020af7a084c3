# Data sources with their replicas and recovery points, and the jobs since a moment. Reads only.
#Requires -Version 5.1
[CmdletBinding(SupportsShouldProcess)]
param(
    [string] $Since = '',
    [string[]] $ReadyStates = @('Valid')
)
# frame
function Get-Moment {
    param($Value)
    if ($Value -is [DateTime] -and $Value -gt [DateTime]::MinValue) {
        return $Value.ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ssZ', [Globalization.CultureInfo]::InvariantCulture)
    }
    return ''
}

# How many recovery points there are, and when the latest was made.
function Get-PointSummary {
    param($Points)
    $all = @($Points | Where-Object { $null -ne $_ })
    $latest = ''
    foreach ($point in $all) {
        $made = Get-Moment (Get-Value $point @('BackupTime', 'RepresentedPointInTime'))
        if ($made -gt $latest) {
            $latest = $made
        }
    }
    return @{ count = $all.Count; latest = $latest }
}

try {
    Confirm-Language
    Import-ServerModule
    $server = $env:COMPUTERNAME
    $rows = foreach ($group in @(Get-DPMProtectionGroup -DPMServerName $server)) {
        $online = [string] (Get-Value $group @('ProtectionMethod')) -match 'online|cloud'
        foreach ($source in @(Get-DPMDatasource -ProtectionGroup $group)) {
            # What cannot be read ends the job: no answer is not the answer that there are none.
            $disk = Get-PointSummary @(Get-DPMRecoveryPoint -Datasource $source | Where-Object {
                    [string] (Get-Value $_ @('DataLocation')) -eq 'Disk'
                })
            $cloud = Get-PointSummary @(Get-DPMRecoveryPoint -Datasource $source -Online -OnlyActive)
            $state = [string] (Get-Value $source @('State'))
            @{
                id            = [string] (Get-Value $source @('DatasourceId', 'Id'))
                name          = [string] (Get-Value $source @('Name', 'LogicalPath'))
                computer      = [string] (Get-Value $source @('Computer', 'ProductionServerName'))
                group         = [string] (Get-Value $group @('Name', 'FriendlyName'))
                state         = $state
                replica_ready = $ReadyStates -contains $state
                online        = $online -or $cloud.count -gt 0
                disk_points   = $disk.count
                latest_disk   = $disk.latest
                online_points = $cloud.count
                latest_online = $cloud.latest
            }
        }
    }
    $jobs = @()
    if ($Since -ne '') {
        $from = [DateTime]::Parse($Since, [Globalization.CultureInfo]::InvariantCulture)
        $jobs = @(Get-DPMJob -DPMServerName $server -From $from | ForEach-Object {
                @{
                    type   = [string] (Get-Value $_ @('JobType', 'Type'))
                    status = [string] (Get-Value $_ @('Status'))
                    error  = [string] (Get-Value $_ @('ErrorInfo', 'Error'))
                }
            })
    }
    Write-Answer @{ job = 'protection'; failed = $false; changed = $false; data_sources = @($rows); jobs = @($jobs) }
}
catch {
    Write-Failure $_ 'protection' $false
}
