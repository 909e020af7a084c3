# What this host is, and which appliance of Azure Migrate is installed on it. Nothing is changed.
#Requires -Version 5.1
[CmdletBinding(SupportsShouldProcess)]
param()
# frame

$ConfigFolder = Join-Path $env:ProgramData 'Microsoft Azure\Config'

# A JSON file of the appliance: an empty table when it is not there or not readable.
function Get-Configuration {
    param([string] $Name)
    $path = Join-Path $ConfigFolder $Name
    $found = @{}
    if (Test-Path -LiteralPath $path) {
        try {
            $read = ConvertFrom-Json -InputObject ([IO.File]::ReadAllText($path))
            foreach ($property in $read.PSObject.Properties) {
                $found[$property.Name] = [string] $property.Value
            }
        }
        catch {
            $found['unreadable'] = [string] $_.Exception.Message
        }
    }
    return $found
}

# Whether the configuration manager of the appliance answers on its port.
function Test-Manager {
    $client = New-Object Net.Sockets.TcpClient
    try {
        $waiting = $client.BeginConnect('127.0.0.1', 44368, $null, $null)
        return $waiting.AsyncWaitHandle.WaitOne([TimeSpan]::FromSeconds(5)) -and $client.Connected
    }
    catch {
        return $false
    }
    finally {
        $client.Close()
    }
}

function Test-Elevated {
    $identity = [Security.Principal.WindowsIdentity]::GetCurrent()
    $principal = New-Object Security.Principal.WindowsPrincipal $identity
    return $principal.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
}

try {
    Confirm-Language
    $system = Get-CimInstance -ClassName Win32_OperatingSystem
    $machine = Get-CimInstance -ClassName Win32_ComputerSystem
    $processors = @(Get-CimInstance -ClassName Win32_Processor)
    $drives = @(Get-CimInstance -ClassName Win32_LogicalDisk -Filter 'DriveType=3' | Where-Object { $_.FileSystem -eq 'NTFS' })
    $free = ($drives | Measure-Object -Property FreeSpace -Maximum).Maximum
    $explorer = Get-WindowsOptionalFeature -Online -FeatureName 'Internet-Explorer-Optional-amd64'
    $features = @(Get-WindowsFeature | Where-Object { $_.Installed } | ForEach-Object { $_.Name })
    $site = Join-Path $env:ProgramData 'ASR\home'
    $path = Join-Path $ConfigFolder 'appliance.json'
    $service = Get-Service -Name 'W3SVC' -ErrorAction SilentlyContinue
    $proxy = Get-Configuration 'rcmproxyagent.json'
    $replicates = (Get-RegistryText 'HKLM:\SOFTWARE\Microsoft\Azure Appliance' 'Type') -eq 'InMageRcm'
    Write-Answer @{
        job                  = 'look'
        failed               = $false
        changed              = $false
        computer             = [string] $env:COMPUTERNAME
        os_caption           = [string] $system.Caption
        os_build             = [string] $system.Version
        culture              = [string] (Get-Culture).Name
        utc                  = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ss.fffZ')
        cores                = [int] ($processors | Measure-Object -Property NumberOfCores -Sum).Sum
        memory_gb            = [int] [Math]::Round($machine.TotalPhysicalMemory / 1073741824)
        largest_free_gb      = [int] [Math]::Floor($free / 1073741824)
        elevated             = [bool] (Test-Elevated)
        is_server            = $system.ProductType -ne 1
        edge                 = Test-Path -LiteralPath 'HKLM:\SOFTWARE\Clients\StartMenuInternet\Microsoft Edge'
        internet_explorer    = $null -ne $explorer -and [string] $explorer.State -ne 'Disabled'
        site_recovery_server = Test-Path -LiteralPath $site
        fips                 = (Get-RegistryText 'HKLM:\SYSTEM\CurrentControlSet\Control\Lsa\FipsAlgorithmPolicy' 'Enabled') -eq '1'
        roles                = @($features)
        appliance_config     = $(if (Test-Path -LiteralPath $path) { $path } else { '' })
        config               = Get-Configuration 'appliance.json'
        replication          = @{ installed = $replicates; registered = $proxy['IsRegistered'] -eq 'True' }
        manager_answers      = [bool] (Test-Manager)
        web_service          = $null -ne $service -and [string] $service.Status -eq 'Running'
        auto_update          = Get-RegistryText 'HKLM:\SOFTWARE\Microsoft\AzureAppliance' 'AutoUpdate'
    }
}
catch {
    Write-Failure $_ 'look' $false
}
