# What runs on this server, and whether jobs can work here. Reads only.
#Requires -Version 5.1
[CmdletBinding(SupportsShouldProcess)]
param()
# frame
try {
    $policies = @{}
    foreach ($row in @(Get-ExecutionPolicy -List)) {
        $policies[[string] $row.Scope] = [string] $row.ExecutionPolicy
    }
    $version = Get-ServerVersion
    $product = ''
    if ($version -match '^10\.') {
        $product = 'DPM'
    }
    elseif ($version -ne '') {
        $product = 'MABS'
    }
    Write-Answer @{
        job                = 'versions'
        failed             = $false
        changed            = $false
        computer           = [string] $env:COMPUTERNAME
        product            = $product
        product_version    = $version
        agent_version      = Get-AgentVersion
        powershell_version = [string] $PSVersionTable.PSVersion
        language_mode      = [string] $ExecutionContext.SessionState.LanguageMode
        execution_policies = $policies
    }
}
catch {
    Write-Failure $_ 'versions' $false
}
