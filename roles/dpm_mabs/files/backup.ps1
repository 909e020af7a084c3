# Starts a recovery point of data sources, online or on disk. It does not wait: the job protection shows what became of it.
#Requires -Version 5.1
[CmdletBinding(SupportsShouldProcess)]
param(
    [string[]] $DataSources = @(),
    [string] $Kind = 'online'
)
# frame
$started = @()
try {
    Confirm-Language
    Import-ServerModule
    $chosen = @(Get-DPMProtectionGroup -DPMServerName $env:COMPUTERNAME | ForEach-Object { Get-DPMDatasource -ProtectionGroup $_ } | Where-Object {
            $DataSources -contains [string] (Get-Value $_ @('DatasourceId', 'Id'))
        })
    if ($chosen.Count -ne @($DataSources | Select-Object -Unique).Count) {
        Stop-Job 'no-data-source' ('Of {0} data sources that were named {1} are protected here.' -f $DataSources.Count, $chosen.Count)
    }
    foreach ($source in $chosen) {
        $id = [string] (Get-Value $source @('DatasourceId', 'Id'))
        if ($PSCmdlet.ShouldProcess($id, "make a recovery point, $Kind")) {
            if ($Kind -eq 'online') {
                New-DPMRecoveryPoint -Datasource $source -Online | Out-Null
            }
            else {
                New-DPMRecoveryPoint -Datasource $source -Disk -BackupType ExpressFull | Out-Null
            }
        }
        $started += $id
    }
    Write-Answer @{ job = 'backup'; failed = $false; changed = $started.Count -gt 0; started = @($started) }
}
catch {
    Write-Failure $_ 'backup' ($started.Count -gt 0)
}
